//! The minimum and maximum amount of a KakaoPay payment.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::currency::Currency;
use crate::money::Money;

/// Minimum and maximum payment of one currency, both inclusive.
///
/// Source: the limits section of Omise's KakaoPay guide. The `limits` of `GET /capability` are the
/// account's general limits, not KakaoPay's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    min: Money,
    max: Money,
}

impl Limits {
    /// Returns the limits of a currency; `None` if KakaoPay does not accept it.
    #[must_use]
    pub fn of(currency: Currency) -> Option<Self> {
        let (min, max) = match currency {
            Currency::SGD => (100, 2_000_000),
            Currency::THB => (2_000, 15_000_000),
            _ => return None,
        };
        Some(Self { min: Money::new(min, currency), max: Money::new(max, currency) })
    }

    /// Returns the minimum payment.
    #[must_use]
    pub fn min(self) -> Money {
        self.min
    }

    /// Returns the maximum payment.
    #[must_use]
    pub fn max(self) -> Money {
        self.max
    }
}

/// An amount that KakaoPay accepts in one payment: a [`Money`] within the limits of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentAmount(Money);

impl PaymentAmount {
    /// Checks an amount against the limits of its currency.
    ///
    /// # Errors
    /// [`InvalidPaymentAmount`], which names the violated limit.
    pub fn new(money: Money) -> Result<Self, InvalidPaymentAmount> {
        let Some(limits) = Limits::of(money.currency()) else {
            return Err(InvalidPaymentAmount::Currency(money.currency()));
        };
        if money.minor_units() < limits.min.minor_units() {
            return Err(InvalidPaymentAmount::TooSmall { min: limits.min });
        }
        if money.minor_units() > limits.max.minor_units() {
            return Err(InvalidPaymentAmount::TooLarge { max: limits.max });
        }
        Ok(Self(money))
    }

    /// Restores an amount from the store without checking it. The limits may have changed since it was
    /// checked, and existing payments must stay readable.
    #[must_use]
    pub fn from_stored(money: Money) -> Self {
        Self(money)
    }

    /// Returns the amount with its currency.
    #[must_use]
    pub fn money(self) -> Money {
        self.0
    }

    /// Returns the amount in minor units.
    #[must_use]
    pub fn minor_units(self) -> i64 {
        self.0.minor_units()
    }

    /// Returns the currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.0.currency()
    }
}

impl fmt::Display for PaymentAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for PaymentAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The reason why KakaoPay does not accept an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPaymentAmount {
    /// KakaoPay through Omise does not accept this currency.
    Currency(Currency),
    /// Below the minimum payment.
    TooSmall {
        /// The minimum payment.
        min: Money,
    },
    /// Above the maximum payment.
    TooLarge {
        /// The maximum payment.
        max: Money,
    },
}

impl fmt::Display for InvalidPaymentAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency(currency) => {
                write!(f, "KakaoPay accepts SGD and THB, not {currency}")
            }
            Self::TooSmall { min } => {
                write!(f, "below KakaoPay's minimum of {min} ({} in minor units)", min.minor_units())
            }
            Self::TooLarge { max } => {
                write!(f, "above KakaoPay's maximum of {max} ({} in minor units)", max.minor_units())
            }
        }
    }
}

impl std::error::Error for InvalidPaymentAmount {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(units: i64, currency: Currency, expected: Result<(), &str>) {
        let found = PaymentAmount::new(Money::new(units, currency));
        assert_eq!(found.map(drop).map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    }

    #[test]
    fn f19_limits_are_inclusive() {
        let small = Err("below KakaoPay's minimum of SGD 1.00 (100 in minor units)");
        let large = Err("above KakaoPay's maximum of SGD 20000.00 (2000000 in minor units)");
        for units in [i64::MIN, -100, 0, 99] {
            check(units, Currency::SGD, small);
        }
        check(100, Currency::SGD, Ok(()));
        check(2_000_000, Currency::SGD, Ok(()));
        check(2_000_001, Currency::SGD, large);
        check(i64::MAX, Currency::SGD, large);

        check(1_999, Currency::THB, Err("below KakaoPay's minimum of THB 20.00 (2000 in minor units)"));
        check(2_000, Currency::THB, Ok(()));
        check(15_000_000, Currency::THB, Ok(()));
        check(
            15_000_001,
            Currency::THB,
            Err("above KakaoPay's maximum of THB 150000.00 (15000000 in minor units)"),
        );
    }

    #[test]
    fn accepted_amount_is_returned_unchanged() {
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).unwrap();
        assert_eq!((amount.minor_units(), amount.currency()), (150_000, Currency::SGD));
        assert_eq!(amount.to_string(), "SGD 1500.00");
    }

    #[test]
    fn unsupported_currency_is_rejected() {
        check(1_000, Currency::parse("JPY").unwrap(), Err("KakaoPay accepts SGD and THB, not JPY"));
    }
}
