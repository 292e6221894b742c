//! Advice on a failed charge: whether to retry, and which party is responsible.

use super::code::FailureCode;

/// Whether the buyer should retry. A retry needs a new charge, because a failed one stays failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// The same payment may succeed.
    SamePayment,
    /// It may succeed after an action by the buyer, such as a top-up.
    AfterBuyerAction,
    /// The same payment method will fail again.
    OtherMethod,
}

/// The party responsible for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Party {
    /// The buyer.
    Buyer,
    /// The wallet, or the bank behind it.
    Issuer,
    /// The merchant.
    Merchant,
    /// The payment service, or a provider between the parties.
    Service,
    /// Unknown failure code.
    Unknown,
}

impl FailureCode {
    /// Returns the retry advice. It is derived from the meaning of the code: the API gives none.
    #[must_use]
    pub fn retry(&self) -> RetryAdvice {
        match self {
            Self::PaymentExpired | Self::FailedProcessing | Self::PaymentCancelled | Self::Timeout => {
                RetryAdvice::SamePayment
            }
            Self::InsufficientFund
            | Self::InsufficientBalance
            | Self::InvalidAccountNumber
            | Self::InvalidSecurityCode
            | Self::Unknown(_) => RetryAdvice::AfterBuyerAction,
            Self::PaymentRejected
            | Self::InvalidAccount
            | Self::ConfirmedAmountMismatch
            | Self::FailedFraudCheck
            | Self::StolenOrLostCard => RetryAdvice::OtherMethod,
        }
    }

    /// Returns the responsible party. It is derived from the meaning of the code: the API gives none.
    #[must_use]
    pub fn responsible_party(&self) -> Party {
        match self {
            Self::PaymentExpired
            | Self::InvalidAccount
            | Self::InsufficientFund
            | Self::InsufficientBalance
            | Self::InvalidAccountNumber
            | Self::InvalidSecurityCode
            | Self::PaymentCancelled => Party::Buyer,
            Self::PaymentRejected | Self::StolenOrLostCard => Party::Issuer,
            Self::ConfirmedAmountMismatch => Party::Merchant,
            Self::FailedProcessing | Self::FailedFraudCheck | Self::Timeout => Party::Service,
            Self::Unknown(_) => Party::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_advice() {
        use FailureCode as Code;
        let table = [
            (Code::PaymentExpired, RetryAdvice::SamePayment, Party::Buyer),
            (Code::PaymentRejected, RetryAdvice::OtherMethod, Party::Issuer),
            (Code::FailedProcessing, RetryAdvice::SamePayment, Party::Service),
            (Code::InvalidAccount, RetryAdvice::OtherMethod, Party::Buyer),
            (Code::InsufficientFund, RetryAdvice::AfterBuyerAction, Party::Buyer),
            (Code::InsufficientBalance, RetryAdvice::AfterBuyerAction, Party::Buyer),
            (Code::ConfirmedAmountMismatch, RetryAdvice::OtherMethod, Party::Merchant),
            (Code::FailedFraudCheck, RetryAdvice::OtherMethod, Party::Service),
            (Code::InvalidAccountNumber, RetryAdvice::AfterBuyerAction, Party::Buyer),
            (Code::InvalidSecurityCode, RetryAdvice::AfterBuyerAction, Party::Buyer),
            (Code::PaymentCancelled, RetryAdvice::SamePayment, Party::Buyer),
            (Code::StolenOrLostCard, RetryAdvice::OtherMethod, Party::Issuer),
            (Code::Timeout, RetryAdvice::SamePayment, Party::Service),
            (Code::from("a_code_of_tomorrow"), RetryAdvice::AfterBuyerAction, Party::Unknown),
        ];
        assert!(Code::KNOWN.iter().eq(table.iter().map(|(code, ..)| code).take(Code::KNOWN.len())));
        for (code, retry, side) in table {
            assert_eq!((code.retry(), code.responsible_party()), (retry, side), "{code}");
        }
    }
}
