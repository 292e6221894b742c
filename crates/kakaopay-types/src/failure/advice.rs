//! Whether to try again, and whose side a failure is on.

use super::code::FailureCode;

/// Whether trying again makes sense: with a new charge, because a failed one stays failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// The same payment may well succeed.
    Again,
    /// It may succeed once the buyer has changed something, such as topped up.
    AfterChange,
    /// The same way to pay will fail again.
    AnotherWay,
}

/// Whose side a failure is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The buyer's.
    Buyer,
    /// That of the wallet, or of the bank behind it.
    Issuer,
    /// The merchant's.
    Merchant,
    /// The payment service's, or that of somebody on the way.
    Service,
    /// Not known: a code that is not known here.
    Unknown,
}

impl FailureCode {
    /// Whether trying again makes sense. Judged from the meaning of the code: the API does not say.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::PaymentExpired | Self::FailedProcessing | Self::PaymentCancelled | Self::Timeout => {
                Retry::Again
            }
            Self::InsufficientFund
            | Self::InsufficientBalance
            | Self::InvalidAccountNumber
            | Self::InvalidSecurityCode
            | Self::Unknown(_) => Retry::AfterChange,
            Self::PaymentRejected
            | Self::InvalidAccount
            | Self::ConfirmedAmountMismatch
            | Self::FailedFraudCheck
            | Self::StolenOrLostCard => Retry::AnotherWay,
        }
    }

    /// Whose side the failure is on. Judged from the meaning of the code: the API does not say.
    #[must_use]
    pub fn side(&self) -> Side {
        match self {
            Self::PaymentExpired
            | Self::InvalidAccount
            | Self::InsufficientFund
            | Self::InsufficientBalance
            | Self::InvalidAccountNumber
            | Self::InvalidSecurityCode
            | Self::PaymentCancelled => Side::Buyer,
            Self::PaymentRejected | Self::StolenOrLostCard => Side::Issuer,
            Self::ConfirmedAmountMismatch => Side::Merchant,
            Self::FailedProcessing | Self::FailedFraudCheck | Self::Timeout => Side::Service,
            Self::Unknown(_) => Side::Unknown,
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
            (Code::PaymentExpired, Retry::Again, Side::Buyer),
            (Code::PaymentRejected, Retry::AnotherWay, Side::Issuer),
            (Code::FailedProcessing, Retry::Again, Side::Service),
            (Code::InvalidAccount, Retry::AnotherWay, Side::Buyer),
            (Code::InsufficientFund, Retry::AfterChange, Side::Buyer),
            (Code::InsufficientBalance, Retry::AfterChange, Side::Buyer),
            (Code::ConfirmedAmountMismatch, Retry::AnotherWay, Side::Merchant),
            (Code::FailedFraudCheck, Retry::AnotherWay, Side::Service),
            (Code::InvalidAccountNumber, Retry::AfterChange, Side::Buyer),
            (Code::InvalidSecurityCode, Retry::AfterChange, Side::Buyer),
            (Code::PaymentCancelled, Retry::Again, Side::Buyer),
            (Code::StolenOrLostCard, Retry::AnotherWay, Side::Issuer),
            (Code::Timeout, Retry::Again, Side::Service),
            (Code::from("a_code_of_tomorrow"), Retry::AfterChange, Side::Unknown),
        ];
        assert!(Code::KNOWN.iter().eq(table.iter().map(|(code, ..)| code).take(Code::KNOWN.len())));
        for (code, retry, side) in table {
            assert_eq!((code.retry(), code.side()), (retry, side), "{code}");
        }
    }
}
