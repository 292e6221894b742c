//! Why a charge failed.

use crate::open_enum::open_enum;

open_enum! {
    /// The `failure_code` of a charge. These five are what Omise's KakaoPay guide names.
    FailureCode {
        /// The payment expired.
        PaymentExpired = "payment_expired",
        /// The payment was rejected by the issuer.
        PaymentRejected = "payment_rejected",
        /// The payment could not be processed.
        FailedProcessing = "failed_processing",
        /// No account was found that can pay by this method.
        InvalidAccount = "invalid_account",
        /// The balance does not suffice, or a limit was reached.
        InsufficientFund = "insufficient_fund",
    }
}
