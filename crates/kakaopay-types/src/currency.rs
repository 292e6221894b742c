//! The currency of an amount.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::exponent;
use crate::parsed::parsed;

/// An ISO 4217 currency code. KakaoPay through Omise accepts Singapore dollars and Thai baht; any
/// other code is kept unchanged.
///
/// Parses both cases (API version 2017-11-02 writes `thb`) and formats in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Singapore dollar, counted in cents.
    pub const SGD: Self = Self(*b"SGD");
    /// Thai baht, counted in satang.
    pub const THB: Self = Self(*b"THB");

    /// Parses a three-letter code in either case.
    ///
    /// # Errors
    /// [`InvalidCurrency`] unless the text is three ASCII letters.
    pub fn parse(text: &str) -> Result<Self, InvalidCurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if !code.iter().all(u8::is_ascii_alphabetic) {
            return Err(InvalidCurrency);
        }
        Ok(Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Returns the code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // `parse` admits only ASCII letters.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the number of decimals of the minor unit by ISO 4217; `None` for an unlisted code.
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
    fn currency_codes_ignore_case() {
        assert_eq!(Currency::parse("thb"), Ok(Currency::THB));
        assert_eq!(Currency::parse("Sgd").unwrap().to_string(), "SGD");
        assert_eq!(Currency::parse("JPY").unwrap().exponent(), Some(0));
        assert_eq!(Currency::parse("ZZZ").unwrap().exponent(), None);
    }

    #[test]
    fn invalid_code_is_rejected() {
        for text in ["", "SG", "SGDX", "S1D", "฿", "SG "] {
            assert_eq!(Currency::parse(text), Err(InvalidCurrency), "{text}");
        }
    }
}
