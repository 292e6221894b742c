//! The amount of a refund.

use std::fmt;

/// The amount to refund, above zero, in minor units of the charge's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundAmount(i64);

impl RefundAmount {
    /// Checks an amount.
    ///
    /// # Errors
    /// [`InvalidRefundAmount`] unless it is above zero.
    pub fn new(minor_units: i64) -> Result<Self, InvalidRefundAmount> {
        if minor_units > 0 { Ok(Self(minor_units)) } else { Err(InvalidRefundAmount) }
    }

    /// Returns the amount in minor units.
    #[must_use]
    pub fn minor_units(self) -> i64 {
        self.0
    }
}

/// The amount is not above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRefundAmount;

impl fmt::Display for InvalidRefundAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a refund amount must be above zero")
    }
}

impl std::error::Error for InvalidRefundAmount {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f19_refund_amount_is_above_zero() {
        for units in [i64::MIN, -1, 0] {
            let error = RefundAmount::new(units).unwrap_err();
            assert_eq!(error.to_string(), "a refund amount must be above zero");
        }
        assert_eq!(RefundAmount::new(1).map(RefundAmount::minor_units), Ok(1));
        assert_eq!(RefundAmount::new(i64::MAX).map(RefundAmount::minor_units), Ok(i64::MAX));
    }
}
