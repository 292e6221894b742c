//! The codes.

use crate::open_enum::open_enum;

open_enum! {
    /// The `failure_code` of a charge. The first five are what Omise's KakaoPay guide names; the
    /// others are those of its other methods, in case a wallet reports one of them.
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
        /// The balance does not suffice.
        InsufficientBalance = "insufficient_balance",
        /// The buyer confirmed another amount.
        ConfirmedAmountMismatch = "confirmed_amount_mismatch",
        /// The payment looks like fraud.
        FailedFraudCheck = "failed_fraud_check",
        /// There is no such account.
        InvalidAccountNumber = "invalid_account_number",
        /// The card's security code is wrong.
        InvalidSecurityCode = "invalid_security_code",
        /// The buyer cancelled the payment.
        PaymentCancelled = "payment_cancelled",
        /// The card was reported stolen or lost.
        StolenOrLostCard = "stolen_or_lost_card",
        /// Somebody on the way took too long.
        Timeout = "timeout",
    }
}

impl FailureCode {
    /// The codes that Omise's KakaoPay guide names.
    pub const KAKAOPAY: [Self; 5] = [
        Self::PaymentExpired,
        Self::PaymentRejected,
        Self::FailedProcessing,
        Self::InvalidAccount,
        Self::InsufficientFund,
    ];
}
