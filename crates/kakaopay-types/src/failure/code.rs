//! The failure codes.

use crate::open_enum::open_enum;

open_enum! {
    /// The `failure_code` of a charge. Omise's KakaoPay guide lists the first five; the others belong to
    /// other payment methods and are included in case a wallet reports one.
    FailureCode {
        /// The payment expired.
        PaymentExpired = "payment_expired",
        /// The payment was rejected by the issuer.
        PaymentRejected = "payment_rejected",
        /// The payment could not be processed.
        FailedProcessing = "failed_processing",
        /// No account was found that can pay by this method.
        InvalidAccount = "invalid_account",
        /// The balance is insufficient, or a limit was reached.
        InsufficientFund = "insufficient_fund",
        /// The balance is insufficient.
        InsufficientBalance = "insufficient_balance",
        /// The buyer confirmed a different amount.
        ConfirmedAmountMismatch = "confirmed_amount_mismatch",
        /// The payment was classified as fraud.
        FailedFraudCheck = "failed_fraud_check",
        /// The account does not exist.
        InvalidAccountNumber = "invalid_account_number",
        /// The card's security code is wrong.
        InvalidSecurityCode = "invalid_security_code",
        /// The buyer cancelled the payment.
        PaymentCancelled = "payment_cancelled",
        /// The card was reported stolen or lost.
        StolenOrLostCard = "stolen_or_lost_card",
        /// A provider between the parties timed out.
        Timeout = "timeout",
    }
}

impl FailureCode {
    /// The codes that Omise's KakaoPay guide lists.
    pub const KAKAOPAY: [Self; 5] = [
        Self::PaymentExpired,
        Self::PaymentRejected,
        Self::FailedProcessing,
        Self::InvalidAccount,
        Self::InsufficientFund,
    ];
}
