//! The currency of an amount.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::exponent;
use crate::parsed::parsed;

/// An ISO 4217 currency code. KakaoPay through Omise is paid in Singapore dollars or Thai baht;
/// any other code is kept as it came.
///
/// Reads both cases (API version 2017-11-02 writes `thb`) and writes upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Singapore dollar, counted in cents.
    pub const SGD: Self = Self(*b"SGD");
    /// Thai baht, counted in satang.
    pub const THB: Self = Self(*b"THB");

    /// Reads a three-letter code in either case.
    ///
    /// # Errors
    /// [`InvalidCurrency`] when it is not three ASCII letters.
    pub fn parse(text: &str) -> Result<Self, InvalidCurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if !code.iter().all(u8::is_ascii_alphabetic) {
            return Err(InvalidCurrency);
        }
        Ok(Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters ever get in.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals the minor unit has, by ISO 4217; `None` for a code that has no entry there.
    #[must_use]
    pub fn exponent(self) -> Option<u8> {
        exponent::of(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

parsed! {
    Currency: InvalidCurrency, "a three-letter currency code";
}

/// The text is not three ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidCurrency;

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency is three letters, such as SGD or THB")
    }
}

impl std::error::Error for InvalidCurrency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_is_the_same_currency() {
        assert_eq!(Currency::parse("thb"), Ok(Currency::THB));
        assert_eq!(Currency::parse("Sgd").unwrap().to_string(), "SGD");
        assert_eq!(Currency::parse("JPY").unwrap().exponent(), Some(0));
        assert_eq!(Currency::parse("ZZZ").unwrap().exponent(), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "SG", "SGDX", "S1D", "฿", "SG "] {
            assert_eq!(Currency::parse(text), Err(InvalidCurrency), "{text}");
        }
    }
}
