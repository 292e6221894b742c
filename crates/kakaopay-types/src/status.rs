//! How far a charge has come.

use crate::open_enum::open_enum;

open_enum! {
    /// The `status` of a charge: the only member that tells whether the money was paid.
    ///
    /// A KakaoPay charge goes from `pending` to `successful`, `failed` or `expired` and stays
    /// there; a refund does not change it.
    ChargeStatus {
        /// The buyer has not finished, or the service does not know yet.
        Pending = "pending",
        /// Paid.
        Successful = "successful",
        /// Not paid; the failure code says why.
        Failed = "failed",
        /// Not paid in time.
        Expired = "expired",
        /// An uncaptured card authorisation was given back. Never seen for KakaoPay.
        Reversed = "reversed",
    }
}

open_enum! {
    /// The `charge_status` of a source: what became of the charge made from it.
    SourceChargeStatus {
        /// No charge has been made from it.
        NotCharged = "unknown",
        /// Its charge is pending.
        Pending = "pending",
        /// Its charge was paid.
        Successful = "successful",
        /// Its charge failed.
        Failed = "failed",
        /// Its charge expired.
        Expired = "expired",
        /// Its charge was reversed.
        Reversed = "reversed",
    }
}
