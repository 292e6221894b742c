//! Detects secrets in text.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A kind of secret that must not be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leak {
    /// The value of an `Authorization` header: `Basic` and encoded credentials.
    Authorization,
    /// An API key, plain or in base64.
    Key,
    /// The signature of a webhook: a word of 64 lower-case hex digits.
    Signature,
    /// The body of a request or a response, or a part of one.
    Body,
}

impl Leak {
    /// Returns the kind of the first secret that the text contains, or `None`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        // First, because an `Authorization` value may contain a key.
        if has_authorization(text) {
            Some(Self::Authorization)
        } else if has_key(text) {
            Some(Self::Key)
        } else if has_signature(text) {
            Some(Self::Signature)
        } else if has_body(text) {
            Some(Self::Body)
        } else {
            None
        }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorization => "an Authorization value",
            Self::Key => "a key",
            Self::Signature => "a signature",
            Self::Body => "a body",
        })
    }
}

/// Returns the rest of the text after each occurrence of `piece`.
fn after_each<'a>(text: &'a str, piece: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(piece).map(move |(at, _)| &text[at + piece.len()..])
}

fn has_authorization(text: &str) -> bool {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, lenient);
    let text_in_lower_case = text.to_ascii_lowercase();
    text_in_lower_case.match_indices("basic ").any(|(at, scheme)| {
        let rest = &text[at + scheme.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
        let encoded = &rest[..end.unwrap_or(rest.len())];
        // Prose may follow the word "basic". It does not decode to ASCII with a colon.
        engine.decode(encoded).is_ok_and(|user| user.is_ascii() && user.contains(&b':'))
    })
}

fn has_key(text: &str) -> bool {
    let kinds = ["skey_test_", "skey_live_", "pkey_test_", "pkey_live_"];
    let plain = |kind: &&str| {
        after_each(text, kind).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    // Base64 of the same prefixes, without the last digit, which depends on the following byte.
    let encoded = ["c2tleV90ZXN0X", "c2tleV9saXZlX", "cGtleV90ZXN0X", "cGtleV9saXZlX"];
    kinds.iter().any(plain) || encoded.iter().any(|kind| text.contains(kind))
}

fn has_signature(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.any(|word| word.len() == 64 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

fn has_body(text: &str) -> bool {
    if !["object", "amount", "metadata"].iter().any(|member| text.contains(member)) {
        return false;
    }
    // As sent, or as `Debug` escapes it.
    let json: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    if json.contains("\"object\":\"") || json.contains("\"amount\":") {
        return true;
    }
    let parameter = |(at, name): (usize, &str)| {
        let rest = &text[at + name.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "%._-+".contains(c)));
        text[..at].ends_with('&') || end.is_some_and(|end| end > 0 && rest[end..].starts_with('&'))
    };
    text.contains("metadata[")
        || text.to_ascii_lowercase().contains("metadata%5b")
        || text.match_indices("amount=").any(parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Leak>) {
        assert_eq!(Leak::find(text), expected, "{text}");
        // Embedded in other text, and printed with `Debug`.
        assert_eq!(Leak::find(&format!("before: {text}, after")), expected, "{text}");
        assert_eq!(Leak::find(&format!("{text:?}")), expected, "{text:?}");
    }

    #[test]
    fn f39_each_secret_is_found() {
        for key in
            ["skey_test_5xt0gk0nqqnwnp1bnm8", "pkey_test_1", "skey_live_a", "pkey_live_B", "xskey_test_1"]
        {
            check(key, Some(Leak::Key));
        }
        // `printf 'skey_test_1:' | base64`, and so on.
        for key in ["c2tleV90ZXN0XzE6", "c2tleV9saXZlX2E6", "cGtleV90ZXN0XzE6", "cGtleV9saXZlX0I6"] {
            check(key, Some(Leak::Key));
            check(&format!("Basic {key}"), Some(Leak::Authorization));
        }
        // `printf 'user:password' | base64`
        for value in [
            "Basic dXNlcjpwYXNzd29yZA==",
            "basic dXNlcjpwYXNzd29yZA",
            "authorization: Basic dXNlcjpwYXNzd29yZA==",
        ] {
            check(value, Some(Leak::Authorization));
        }
        check(&"0123456789abcdef".repeat(4), Some(Leak::Signature));
        check(&format!("v1={},", "9f".repeat(32)), Some(Leak::Signature));
        for body in [
            r#"{"object":"charge","id":"chrg_test_1"}"#,
            r#"{ "object": "list" }"#,
            r#"{"amount":150000"#,
            "amount=150000&currency=SGD",
            "currency=SGD&amount=150000",
            "metadata[kakaopay_reference]=order-7%2F1",
            "metadata%5Bkakaopay_reference%5D=order-7",
        ] {
            check(body, Some(Leak::Body));
        }
    }

    #[test]
    fn f39_text_without_secrets_is_accepted() {
        let almost = "0123456789abcdef".repeat(4);
        for text in [
            "",
            "request finished",
            "a key begins with skey_test_ or pkey_live_",
            "skey_test_…",
            "Basic authentication is what the service asks for",
            "a basic settings page",
            "Basic",
            "Basic !",
            "chrg_test_5w4415netlwqpc54tyg",
            "7e57ab1e-0b00-4c0d-9e5a-0123456789ab",
            "the object is no charge: an amount is missing",
            "error decoding `amount`",
            "amount=5",
            "SizeHint { lower: 0, upper: None } amount= & more",
            "metadata { name: \"event\" }",
            "caf\u{e9} \u{1f4b3}",
            &almost[1..],
            &almost.to_uppercase(),
            &format!("{almost}0"),
            &format!("x{almost}"),
            &"é".repeat(32),
        ] {
            check(text, None);
        }
    }
}
