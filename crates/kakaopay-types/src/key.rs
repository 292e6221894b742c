//! The two API keys; neither can be printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::mode::Mode;
use crate::parsed::parsed;

/// Maximum length of a key in bytes. Recorded keys have about 30.
const MAX_LENGTH: usize = 128;

/// An API key.
///
/// Implemented by [`PublicKey`] and [`SecretKey`]. Which endpoints a key may call is defined by
/// [`Authorizes`].
pub trait Key: Clone + Send + Sync + 'static {
    /// Returns the key's text, for the `Authorization` header only.
    fn expose(&self) -> &str;

    /// Returns the mode the key belongs to.
    fn mode(&self) -> Mode;
}

/// Access granted by either key: creating and reading sources, reading the capability.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum AnyKey {}

/// Access granted by a secret key only.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum SecretOnly {}

/// Proves at compile time that a key may call endpoints that require `Access`.
///
/// A public key does not authorize [`SecretOnly`]:
///
/// ```compile_fail
/// use kakaopay_types::{Authorizes, PublicKey, SecretOnly};
/// fn call<K: Authorizes<SecretOnly>>(_: K) {}
/// call(PublicKey::parse("pkey_test_5xt0gk0nqqnwnp1bnm8").unwrap());
/// ```
///
/// A secret key authorizes both:
///
/// ```
/// use kakaopay_types::{AnyKey, Authorizes, SecretKey, SecretOnly};
/// fn call<K: Authorizes<SecretOnly> + Authorizes<AnyKey>>(_: K) {}
/// call(SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8").unwrap());
/// ```
pub trait Authorizes<Access>: Key {}

impl Authorizes<AnyKey> for PublicKey {}
impl Authorizes<AnyKey> for SecretKey {}
impl Authorizes<SecretOnly> for SecretKey {}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Only [`Key::expose`] returns its text; `Debug` shows the mode alone, and the
        /// memory is wiped on drop. It can be deserialized from a configuration and
        /// never serialized:
        ///
        /// ```
        #[doc = concat!("let key: kakaopay_types::", stringify!($name), " = serde_json::from_str(r#\"\"", $prefix, "_test_1\"\"#)?;")]
        /// # drop(key);
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        ///
        /// ```compile_fail,E0277
        #[doc = concat!("# fn write(key: kakaopay_types::", stringify!($name), ") {")]
        /// let _ = serde_json::to_string(&key);
        /// # }
        /// ```
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name {
            text: Zeroizing<String>,
            mode: Mode,
        }

        impl $name {
            /// Parses a key in the dashboard's form.
            ///
            /// # Errors
            #[doc = concat!("[`InvalidKey`] unless it is `", $prefix, "_…` or `", $prefix, "_test_…` followed by letters and digits.")]
            pub fn parse(text: &str) -> Result<Self, InvalidKey> {
                let mode = mode_of($prefix, text)?;
                Ok(Self { text: Zeroizing::new(text.to_owned()), mode })
            }
        }

        parsed! {
            $name: InvalidKey, concat!("a key that begins with ", $prefix, "_"), Zeroizing::new;
        }

        impl Key for $name {
            fn expose(&self) -> &str {
                &self.text
            }

            fn mode(&self) -> Mode {
                self.mode
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({}, redacted)"), self.mode)
            }
        }
    )*};
}

keys! {
    /// The key that may be published: it creates sources.
    PublicKey = "pkey";
    /// The key that moves money: it creates, reads and refunds charges.
    SecretKey = "skey";
}

fn mode_of(prefix: &'static str, text: &str) -> Result<Mode, InvalidKey> {
    let invalid = Err(InvalidKey { prefix });
    let Some(rest) = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
        return invalid;
    };
    let (mode, rest) = match rest.strip_prefix("test_") {
        Some(rest) => (Mode::Test, rest),
        None => (Mode::Live, rest),
    };
    // The key is the user name in HTTP Basic: a colon or a control character in it would change
    // the header.
    if rest.is_empty() || text.len() > MAX_LENGTH || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return invalid;
    }
    Ok(mode)
}

/// The text is not a key of the expected kind. The error omits the text: it may be a real key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidKey {
    /// The prefix of a key of this kind.
    pub prefix: &'static str,
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a key of the form {0}_… or {0}_test_…", self.prefix)
    }
}

impl std::error::Error for InvalidKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsed_key_has_the_mode_of_its_prefix() {
        assert_eq!(PublicKey::parse("pkey_test_abc123").unwrap().mode(), Mode::Test);
        assert_eq!(SecretKey::parse("skey_abc123").unwrap().mode(), Mode::Live);
    }

    #[test]
    fn invalid_secret_key_is_rejected() {
        for text in [
            "",
            "pkey_test_abc",
            "skey_",
            "skey_test_",
            "skey_test_a:b",
            "skey_test_a\n",
            " skey_test_a",
            "skey_test_a_b",
            "skey_a_b",
        ] {
            assert_eq!(SecretKey::parse(text), Err(InvalidKey { prefix: "skey" }), "{text}");
        }
        let of_length = |length: usize| SecretKey::parse(&format!("skey_{}", "a".repeat(length - 5)));
        assert!(of_length(MAX_LENGTH).is_ok());
        assert_eq!(of_length(MAX_LENGTH + 1), Err(InvalidKey { prefix: "skey" }));
    }

    #[test]
    fn i7_debug_shows_no_key() {
        let key = SecretKey::parse("skey_test_canary").unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(test, redacted)");
    }
}
