//! The two API keys, which can be used but never printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::mode::Mode;
use crate::parsed::parsed;

/// Longest key accepted. Recorded ones have about 30 characters.
const MAX_LENGTH: usize = 128;

/// A key that can sign in to the API, and what it may be used for.
///
/// Implemented by [`PublicKey`] and [`SecretKey`]; whether a key may call an endpoint is
/// [`Authorizes`].
pub trait Key: Clone + Send + Sync + 'static {
    /// The key itself, to be put into the `Authorization` header and nowhere else.
    fn expose(&self) -> &str;

    /// The world the key belongs to.
    fn mode(&self) -> Mode;
}

/// Access that either key gives: creating and reading sources, reading the capability.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum AnyKey {}

/// Access that only a secret key gives.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum SecretOnly {}

/// Says at compile time that a key may call endpoints that ask for `Access`.
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
        /// Its text leaves only through [`Key::expose`]; `Debug` tells the mode alone, and the
        /// memory is wiped when the last copy is dropped. It can be read from a configuration and
        /// never written into one:
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
            /// Reads a key, as the dashboard shows it.
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
    /// The key that may be known to anybody: it creates sources.
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
    // The key is a user name in HTTP Basic: a colon or a control character in it would change
    // what is sent.
    if rest.is_empty() || text.len() > MAX_LENGTH || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return invalid;
    }
    Ok(mode)
}

/// The text is no key of the kind asked for. It is not repeated here: it may be a real key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidKey {
    /// What a key of this kind begins with.
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
    fn a_key_knows_its_mode() {
        assert_eq!(PublicKey::parse("pkey_test_abc123").unwrap().mode(), Mode::Test);
        assert_eq!(SecretKey::parse("skey_abc123").unwrap().mode(), Mode::Live);
    }

    #[test]
    fn what_is_no_secret_key_is_refused() {
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
