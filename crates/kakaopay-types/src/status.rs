//! The status of a charge.

use crate::open_enum::open_enum;

open_enum! {
    /// The `status` of a charge: the only member that shows whether it was paid.
    ///
    /// A KakaoPay charge changes from `pending` to `successful`, `failed` or `expired` and stays there; a
    /// refund does not change it, not even one in full: see
    /// [`Charge::is_refunded_in_full`](crate::Charge::is_refunded_in_full).
    ChargeStatus {
        /// The buyer has not finished, or the service does not know the result yet.
        Pending = "pending",
        /// Paid.
        Successful = "successful",
        /// Not paid; see the failure code.
        Failed = "failed",
        /// Not paid in time.
        Expired = "expired",
        /// An uncaptured card authorisation was reversed. Never recorded for KakaoPay.
        Reversed = "reversed",
    }
}

open_enum! {
    /// The `charge_status` of a source: the status of the charge created from it.
    SourceChargeStatus {
        /// No charge was created from it.
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
