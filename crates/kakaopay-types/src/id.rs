//! Identifiers of the API's objects, one type per kind.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::mode::Mode;
use crate::parsed::parsed;

/// Maximum length in bytes. Recorded identifiers have 30 or fewer.
const MAX_LENGTH: usize = 64;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// It contains only lower-case letters, digits and the fixed prefix, so it needs no escaping in
        /// a path.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The prefix of every identifier of this kind.
            pub const PREFIX: &'static str = $prefix;

            /// Parses an identifier.
            ///
            /// # Errors
            #[doc = concat!("[`InvalidId`] unless it is `", $prefix, "_…` or `", $prefix, "_test_…` followed by lower-case letters and digits.")]
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                check($prefix, text)?;
                Ok(Self(text.into()))
            }

            /// Returns the identifier's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the mode its prefix indicates.
            #[must_use]
            pub fn mode(&self) -> Mode {
                mode_of($prefix, &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        parsed! {
            $name: InvalidId, concat!("an identifier that begins with ", $prefix, "_");
        }
    )*};
}

ids! {
    /// Identifies a charge (`chrg_…`).
    ChargeId = "chrg";
    /// Identifies a source (`src_…`).
    SourceId = "src";
    /// Identifies an event (`evnt_…`).
    EventId = "evnt";
    /// Identifies a refund (`rfnd_…`).
    RefundId = "rfnd";
}

fn check(prefix: &'static str, text: &str) -> Result<(), InvalidId> {
    let invalid = Err(InvalidId { prefix });
    let Some(rest) = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
        return invalid;
    };
    let rest = rest.strip_prefix("test_").unwrap_or(rest);
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if rest.is_empty() || text.len() > MAX_LENGTH || !rest.bytes().all(legal) {
        return invalid;
    }
    Ok(())
}

fn mode_of(prefix: &str, text: &str) -> Mode {
    let rest = text.strip_prefix(prefix).unwrap_or(text);
    Mode::from_livemode(!rest.starts_with("_test_"))
}

/// The text is not an identifier of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidId {
    /// The prefix of an identifier of this kind.
    pub prefix: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an identifier of the form {0}_… or {0}_test_…", self.prefix)
    }
}

impl std::error::Error for InvalidId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifier_has_the_mode_of_its_prefix() {
        assert_eq!(ChargeId::parse("chrg_test_5w4415netlwqpc54tyg").unwrap().mode(), Mode::Test);
        assert_eq!(ChargeId::parse("chrg_5w4415netlwqpc54tyg").unwrap().mode(), Mode::Live);
        // Without a suffix, `test` is the identifier itself.
        assert_eq!(ChargeId::parse("chrg_test").unwrap().mode(), Mode::Live);
    }

    #[test]
    fn text_that_could_change_a_path_is_rejected() {
        let long = format!("chrg_{}", "a".repeat(MAX_LENGTH));
        for text in [
            "",
            "chrg",
            "chrg_",
            "chrg_test_",
            "src_test_1",
            "chrg_test_../account",
            "chrg_a/b",
            "chrg_a?b",
            "chrg_A",
            "chrg_ก",
            "chrg_a b",
            "xchrg_a",
            &long,
        ] {
            assert_eq!(ChargeId::parse(text), Err(InvalidId { prefix: "chrg" }), "{text}");
        }
    }
}
