//! The URI the buyer returns to.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// Maximum length in bytes. The service's own limit is not documented.
const MAX_LENGTH: usize = 2_048;

/// The HTTPS URI the buyer returns to, whatever the outcome of the payment.
///
/// Only the plain ASCII form `https://host[:port][/path][?query]` is accepted, with a host of letters,
/// digits, dots and hyphens. Forms that other parsers repair (user names, backslashes, spaces, control
/// characters, IP literals in brackets, international names that are not in their `xn--` form) are
/// rejected, so that every parser reads the same host.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReturnUri {
    text: Box<str>,
    host_end: usize,
}

impl ReturnUri {
    /// Parses a URI.
    ///
    /// # Errors
    /// [`InvalidReturnUri`] with the reason.
    pub fn parse(text: &str) -> Result<Self, InvalidReturnUri> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidReturnUri::TooLong);
        }
        let rest = match text.get(..8) {
            Some(scheme) if scheme.eq_ignore_ascii_case("https://") => &text[8..],
            _ => return Err(InvalidReturnUri::NotHttps),
        };
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_end);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        if !is_host(host) || !port.is_none_or(is_port) {
            return Err(InvalidReturnUri::Host);
        }
        if !path.bytes().all(is_legal) {
            return Err(InvalidReturnUri::Character);
        }
        Ok(Self { text: text.into(), host_end: 8 + host.len() })
    }

    /// Returns the URI unchanged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns its host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[8..self.host_end]
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // Other parsers read a last label without a letter as an IPv4 address.
    let named = host.rsplit('.').next().is_some_and(|last| {
        !last.bytes().all(|byte| byte.is_ascii_digit()) && !last.starts_with("0x") && !last.starts_with("0X")
    });
    host.len() <= 253 && host.split('.').all(label) && named
}

fn is_port(port: &str) -> bool {
    // `parse` would accept a sign too.
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// The characters RFC 3986 allows after the host.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

impl fmt::Display for ReturnUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ReturnUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for ReturnUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

parsed! {
    ReturnUri: InvalidReturnUri, "an HTTPS address";
}

/// The reason why a return URI is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidReturnUri {
    /// It does not begin with `https://`.
    NotHttps,
    /// Its host or port is missing or not in the plain form.
    Host,
    /// A character that must be percent-encoded is not.
    Character,
    /// It is longer than 2048 bytes.
    TooLong,
}

impl fmt::Display for InvalidReturnUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttps => "return_uri must begin with https://",
            Self::Host => "return_uri needs a plain host name, such as https://shop.example/done",
            Self::Character => "return_uri contains a character that must be percent-encoded",
            Self::TooLong => "return_uri is longer than 2048 bytes",
        })
    }
}

impl std::error::Error for InvalidReturnUri {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_guides_uri_is_accepted() {
        let uri = ReturnUri::parse("https://example.com/orders/345678/complete").unwrap();
        assert_eq!(uri.host(), "example.com");
        for text in ["https://a.b", "HTTPS://a.b:8443/?a=1#b", "https://xn--e1afmkfd.example/%20"] {
            assert!(ReturnUri::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn f34_ambiguous_uris_are_rejected() {
        use InvalidReturnUri::{Character, Host, NotHttps, TooLong};
        for (text, expected) in [
            ("", NotHttps),
            ("http://example.com", NotHttps),
            ("https:example.com", NotHttps),
            ("//example.com", NotHttps),
            (" https://example.com", NotHttps),
            ("javascript:alert(1)", NotHttps),
            ("myapp://done", NotHttps),
            ("https://", Host),
            ("https:///example.com", Host),
            ("https://good.example@evil.example/", Host),
            ("https://good.example\\@evil.example/", Host),
            ("https://good.example\\.evil.example/", Host),
            ("https://exa mple.com/", Host),
            ("https://exam\tple.com/", Host),
            ("https://[::1]/", Host),
            ("https://127.0.0.1/", Host),
            ("https://2130706433/", Host),
            ("https://0x7f.0x1/", Host),
            ("https://a..b/", Host),
            ("https://-a.b/", Host),
            ("https://ร้าน.example/", Host),
            ("https://a.b:/", Host),
            ("https://a.b:0/", Host),
            ("https://a.b:+1/", Host),
            ("https://a.b:65536/", Host),
            ("https://a.b/ c", Character),
            ("https://a.b/\r\nSet-Cookie:x", Character),
            ("https://a.b/\\evil", Character),
            ("https://a.b/ก", Character),
            ("https://a.b/<script>", Character),
        ] {
            assert_eq!(ReturnUri::parse(text).map(drop), Err(expected), "{text}");
        }
        let long = format!("https://a.b/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(ReturnUri::parse(&long).map(drop), Err(TooLong));
    }

    proptest! {
        /// The oracle is the url crate, which parses URLs as browsers do.
        #[test]
        fn f34_browsers_parse_the_same_host(text in "https://[a-zA-Z0-9.:@\\\\/?#%\\[\\]_ \\-]{0,24}") {
            if let Ok(uri) = ReturnUri::parse(&text) {
                let oracle = url::Url::parse(&text).expect("a URL for browsers too");
                prop_assert_eq!(oracle.scheme(), "https");
                prop_assert!(oracle.username().is_empty() && oracle.password().is_none());
                prop_assert_eq!(oracle.host_str().unwrap_or_default(), uri.host().to_ascii_lowercase());
            }
        }
    }
}
