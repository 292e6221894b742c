//! The identity of a store of payments.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// Identity of a store of payments, which the store gets when it is made and keeps for ever.
///
/// It is in the `metadata` of each charge and refund beside the reference, so that two stores which use one account
/// do not take each other's charges for their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(Box<str>);

impl StoreId {
    /// Maximum length in characters.
    pub const MAX_LENGTH: usize = 32;

    /// The name of the `metadata` member that holds it.
    pub const METADATA_KEY: &'static str = "kakaopay_store";

    /// Parses an identity.
    ///
    /// # Errors
    /// [`InvalidStoreId`] unless it is 1 to 32 lower-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, InvalidStoreId> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(legal) {
            return Err(InvalidStoreId);
        }
        Ok(Self(text.into()))
    }

    /// Returns the identity that these random bits make: 32 hexadecimal digits.
    #[must_use]
    pub fn from_bits(bits: u128) -> Self {
        Self(format!("{bits:032x}").into())
    }

    /// Returns the identity's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for StoreId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

parsed! {
    StoreId: InvalidStoreId, "the id of a store";
}

/// The text is not the id of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidStoreId;

impl fmt::Display for InvalidStoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the id of a store has 1 to {} characters out of a-z 0-9", StoreId::MAX_LENGTH)
    }
}

impl std::error::Error for InvalidStoreId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f52_a_store_id_has_lower_case_letters_and_digits_only() {
        for text in ["a", "0", &"f".repeat(32)] {
            assert_eq!(StoreId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "A", "a b", "a/b", "a-b", "\n", "ก", &"f".repeat(33)] {
            assert_eq!(StoreId::parse(text), Err(InvalidStoreId), "{text}");
        }
    }

    #[test]
    fn f52_random_bits_make_a_store_id_of_fixed_length() {
        for (bits, text) in [
            (0, "00000000000000000000000000000000"),
            (0xc0ffee, "00000000000000000000000000c0ffee"),
            (u128::MAX, "ffffffffffffffffffffffffffffffff"),
        ] {
            let id = StoreId::from_bits(bits);
            assert_eq!(id.as_str(), text);
            assert_eq!(StoreId::parse(text), Ok(id));
        }
    }
}
