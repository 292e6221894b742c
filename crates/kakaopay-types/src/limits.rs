//! How small and how large one KakaoPay payment may be.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::currency::Currency;
use crate::money::Money;

/// The smallest and the largest payment of one currency, both allowed themselves.
///
/// From the limits section of Omise's KakaoPay guide. The `limits` of `GET /capability` are the
/// account's general ones, not these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    min: Money,
    max: Money,
}

impl Limits {
    /// The limits of a currency; `None` where KakaoPay takes no payment in it.
    #[must_use]
    pub fn of(currency: Currency) -> Option<Self> {
        let (min, max) = match currency {
            Currency::SGD => (100, 2_000_000),
            Currency::THB => (2_000, 15_000_000),
            _ => return None,
        };
        Some(Self { min: Money::new(min, currency), max: Money::new(max, currency) })
    }

    /// The smallest payment.
    #[must_use]
    pub fn min(self) -> Money {
        self.min
    }

    /// The largest payment.
    #[must_use]
    pub fn max(self) -> Money {
        self.max
    }
}

/// An amount that KakaoPay takes in one payment: a [`Money`] inside the limits of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentAmount(Money);

impl PaymentAmount {
    /// Checks an amount against the limits of its currency.
    ///
    /// # Errors
    /// [`InvalidPaymentAmount`], which names the limit that was missed.
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

    /// An amount that was checked when it was stored. Limits may have changed since, and a payment
    /// that exists must still be read.
    #[must_use]
    pub fn from_stored(money: Money) -> Self {
        Self(money)
    }

    /// The amount with its currency.
    #[must_use]
    pub fn money(self) -> Money {
        self.0
    }

    /// The amount in minor units.
    #[must_use]
    pub fn minor_units(self) -> i64 {
        self.0.minor_units()
    }

    /// The currency.
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

/// Why KakaoPay does not take an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPaymentAmount {
    /// KakaoPay through Omise takes no payment in this currency.
    Currency(Currency),
    /// Smaller than the smallest payment.
    TooSmall {
        /// The smallest payment.
        min: Money,
    },
    /// Larger than the largest payment.
    TooLarge {
        /// The largest payment.
        max: Money,
    },
}

impl fmt::Display for InvalidPaymentAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency(currency) => {
                write!(f, "KakaoPay takes SGD and THB, not {currency}")
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
    fn f19_both_limits_are_allowed_and_one_past_them_is_not() {
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
    fn an_amount_that_is_taken_is_the_amount() {
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).unwrap();
        assert_eq!((amount.minor_units(), amount.currency()), (150_000, Currency::SGD));
        assert_eq!(amount.to_string(), "SGD 1500.00");
    }

    #[test]
    fn another_currency_is_refused() {
        check(1_000, Currency::parse("JPY").unwrap(), Err("KakaoPay takes SGD and THB, not JPY"));
    }
}
