//! An amount of money: an integer of minor units with its currency.

use std::fmt;

use crate::currency::Currency;

/// An amount of money in minor units (cents, satang) of one currency.
///
/// It has no operators: sums are checked and only exist within one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor_units: i64,
    currency: Currency,
}

impl Money {
    /// That many minor units of a currency.
    #[must_use]
    pub const fn new(minor_units: i64, currency: Currency) -> Self {
        Self { minor_units, currency }
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor_units(self) -> i64 {
        self.minor_units
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts; `None` when their currencies differ or it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_add)
    }

    /// The difference of two amounts; `None` when their currencies differ or it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, operation: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(operation(self.minor_units, other.minor_units)?, self.currency))
    }
}

/// `SGD 1500.00`. A currency whose decimals are not known here is shown in minor units, and says so.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(exponent) = self.currency.exponent() else {
            return write!(f, "{} {} (minor units)", self.currency, self.minor_units);
        };
        let sign = if self.minor_units < 0 { "-" } else { "" };
        let digits =
            format!("{:0>width$}", self.minor_units.unsigned_abs(), width = usize::from(exponent) + 1);
        let (major, minor) = digits.split_at(digits.len() - usize::from(exponent));
        write!(f, "{} {sign}{major}", self.currency)?;
        if minor.is_empty() { Ok(()) } else { write!(f, ".{minor}") }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f19_money_prints_every_integer() {
        for (units, text) in [
            (0, "SGD 0.00"),
            (1, "SGD 0.01"),
            (-1, "SGD -0.01"),
            (150_000, "SGD 1500.00"),
            (i64::MAX, "SGD 92233720368547758.07"),
            (i64::MIN, "SGD -92233720368547758.08"),
        ] {
            assert_eq!(Money::new(units, Currency::SGD).to_string(), text);
        }
        let yen = Currency::parse("JPY").unwrap();
        assert_eq!(Money::new(5, yen).to_string(), "JPY 5 (minor units)");
    }

    #[test]
    fn f19_sums_are_checked() {
        let most = Money::new(i64::MAX, Currency::THB);
        let one = Money::new(1, Currency::THB);
        assert_eq!(most.checked_add(one), None);
        assert_eq!(Money::new(i64::MIN, Currency::THB).checked_sub(one), None);
        assert_eq!(most.checked_sub(most), Some(Money::new(0, Currency::THB)));
        assert_eq!(one.checked_add(Money::new(1, Currency::SGD)), None);
    }
}
