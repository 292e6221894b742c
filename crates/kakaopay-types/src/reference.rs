//! The merchant's order reference, and the reference of one attempt.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// The merchant's own id of an order; it identifies the payment everywhere.
///
/// One to 64 characters of `A–Z a–z 0–9 . _ - :`, which need no escaping in a URL, a form, a file
/// name or a log line. Two orders must never share a reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(Box<str>);

impl Reference {
    /// Maximum length in characters.
    pub const MAX_LENGTH: usize = 64;

    /// Parses a reference.
    ///
    /// # Errors
    /// [`InvalidReference`] if it is empty, longer than 64 characters, or contains another character.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(legal) {
            return Err(InvalidReference);
        }
        Ok(Self(text.into()))
    }

    /// Returns the reference's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the reference of one attempt to create this order's charge.
    #[must_use]
    pub fn attempt(&self, number: NonZeroU32) -> AttemptReference {
        AttemptReference { order: self.clone(), number }
    }
}

/// Reference of one attempt to create the charge of an order, written `ORDER/NUMBER`.
///
/// It is stored in the charge's `metadata` under [`AttemptReference::METADATA_KEY`]. The API has no
/// idempotency key, so a charge whose creation response was lost is found by this reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptReference {
    order: Reference,
    number: NonZeroU32,
}

impl AttemptReference {
    /// The name of the charge's `metadata` member that holds it.
    pub const METADATA_KEY: &'static str = "kakaopay_reference";

    /// Parses `ORDER/NUMBER`.
    ///
    /// # Errors
    /// [`InvalidReference`] if either part is not in the form that this crate writes.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let (order, number) = text.rsplit_once('/').ok_or(InvalidReference)?;
        // `parse` would accept `+1` and `01` too, which this crate never writes.
        if number.starts_with(['+', '0']) {
            return Err(InvalidReference);
        }
        let number = number.parse().map_err(|_| InvalidReference)?;
        Ok(Self { order: Reference::parse(order)?, number })
    }

    /// Returns the order reference.
    #[must_use]
    pub fn order(&self) -> &Reference {
        &self.order
    }

    /// Returns the attempt number, starting at 1.
    #[must_use]
    pub fn number(&self) -> NonZeroU32 {
        self.number
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for AttemptReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.order, self.number)
    }
}

impl fmt::Debug for AttemptReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Serialize for AttemptReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

parsed! {
    Reference: InvalidReference, "a reference";
    AttemptReference: InvalidReference, "a reference and the number of an attempt";
}

/// The text is not an order reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidReference;

impl fmt::Display for InvalidReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a reference has 1 to {} characters out of A-Z a-z 0-9 . _ - :", Reference::MAX_LENGTH)
    }
}

impl std::error::Error for InvalidReference {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatted_attempt_parses_back() {
        let order = Reference::parse("order-345678").unwrap();
        let attempt = order.attempt(NonZeroU32::new(2).unwrap());
        assert_eq!(attempt.to_string(), "order-345678/2");
        assert_eq!(AttemptReference::parse("order-345678/2"), Ok(attempt));
    }

    #[test]
    fn foreign_attempt_references_are_rejected() {
        for text in ["", "a", "a/", "/1", "a/0", "a/+1", "a/01", "a/b/1", "a/1/", "a/4294967296", "a/-1"] {
            assert_eq!(AttemptReference::parse(text), Err(InvalidReference), "{text}");
        }
    }

    #[test]
    fn reference_characters_and_length_are_checked() {
        assert!(Reference::parse(&"a".repeat(64)).is_ok());
        for text in ["", "a b", "a/b", "ก", "a\n", &"a".repeat(65)] {
            assert_eq!(Reference::parse(text), Err(InvalidReference), "{text}");
        }
    }
}
