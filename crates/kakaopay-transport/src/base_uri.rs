//! The origin of the API.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, InvalidUriParts, Scheme};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// The origin of the API, the only one that the client sends the key to.
///
/// Plain `http` is accepted on loopback only, for a sandbox. Any other host needs `https`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUri {
    scheme: Scheme,
    authority: Authority,
}

impl BaseUri {
    /// Parses an origin: `https://host[:port]`, or `http://` on loopback.
    ///
    /// # Errors
    /// [`InvalidBaseUri`] if the text is not such an origin.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUri> {
        // `Uri` would drop a fragment silently.
        if text.contains('#') {
            return Err(InvalidBaseUri::Path);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidBaseUri::NotAUri)?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(InvalidBaseUri::NotAUri);
        };
        if authority.as_str().contains('@') {
            return Err(InvalidBaseUri::UserInfo);
        }
        if authority.host().is_empty() {
            return Err(InvalidBaseUri::NotAUri);
        }
        // `Authority` ignores a port that is not a number, and the default port would be used.
        if let Some(port) = authority.as_str().strip_prefix(authority.host()).filter(|port| !port.is_empty())
        {
            let digits = port.trim_start_matches(':');
            if !digits.bytes().all(|byte| byte.is_ascii_digit())
                || !matches!(digits.parse(), Ok(1..=u16::MAX))
            {
                return Err(InvalidBaseUri::Port);
            }
        }
        if parts.path_and_query.is_some_and(|path| path.as_str() != "/") {
            return Err(InvalidBaseUri::Path);
        }
        if scheme != Scheme::HTTPS && !(scheme == Scheme::HTTP && is_loopback(authority.host())) {
            return Err(InvalidBaseUri::NotHttps);
        }
        Ok(Self { scheme, authority })
    }

    /// Joins a path to this origin, without formatting or parsing the origin again.
    pub(crate) fn join(&self, path: Uri) -> Result<Uri, InvalidUriParts> {
        let mut parts = path.into_parts();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        Uri::from_parts(parts)
    }
}

impl FromStr for BaseUri {
    type Err = InvalidBaseUri;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUri> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for BaseUri {
    type Error = InvalidBaseUri;

    fn try_from(text: &str) -> Result<Self, InvalidBaseUri> {
        Self::parse(text)
    }
}

impl TryFrom<String> for BaseUri {
    type Error = InvalidBaseUri;

    fn try_from(text: String) -> Result<Self, InvalidBaseUri> {
        Self::parse(&text)
    }
}

impl Serialize for BaseUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BaseUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl Default for BaseUri {
    /// `https://api.omise.co`, for both modes: the key selects test or live.
    fn default() -> Self {
        Self { scheme: Scheme::HTTPS, authority: Authority::from_static("api.omise.co") }
    }
}

impl fmt::Display for BaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Whether a host name or address is loopback, without resolving it.
pub(crate) fn is_loopback(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    if let Some(v6) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return v6.parse().is_ok_and(|address: std::net::Ipv6Addr| address.is_loopback());
    }
    host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

/// Why a text is not a valid [`BaseUri`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBaseUri {
    /// It does not have the form `scheme://host`.
    NotAUri,
    /// It has a user name or password, which would leak into logs with the URI.
    UserInfo,
    /// Its port is not a number from 1 to 65535.
    Port,
    /// It has a path, a query or a fragment.
    Path,
    /// It is neither `https` nor on loopback.
    NotHttps,
}

impl fmt::Display for InvalidBaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAUri => "invalid base URI: expected https://host",
            Self::UserInfo => "invalid base URI: remove the user name and pass the key to the client",
            Self::Port => "invalid base URI: the port must be a number from 1 to 65535",
            Self::Path => "invalid base URI: remove everything after the host and port",
            Self::NotHttps => {
                "invalid base URI: use https, since http (allowed on loopback only) exposes the key"
            }
        })
    }
}

impl std::error::Error for InvalidBaseUri {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(), InvalidBaseUri>) {
        assert_eq!(BaseUri::parse(text).map(drop), expected, "{text}");
    }

    #[test]
    fn f25_plain_http_is_accepted_on_loopback_only() {
        for good in [
            "https://api.omise.co",
            "https://api.omise.co/",
            "https://10.0.0.1:8443",
            "https://[2001:db8::1]:8443",
            "HTTPS://api.omise.co:65535",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://localhost:1",
            "http://LOCALHOST",
            "http://[::1]",
            "http://[::1]:80",
        ] {
            check(good, Ok(()));
        }
        for plain in [
            "http://api.omise.co",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://128.0.0.1",
            "http://[::2]",
            "http://[::ffff:127.0.0.1]",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://2130706433",
            "http://127.1",
            "http://localhost.",
            "http://[::1%25lo]",
            "ftp://localhost",
        ] {
            check(plain, Err(InvalidBaseUri::NotHttps));
        }
    }

    #[test]
    fn a_text_that_is_not_exactly_an_origin_is_rejected() {
        check("", Err(InvalidBaseUri::NotAUri));
        check("api.omise.co", Err(InvalidBaseUri::NotAUri));
        check("/charges", Err(InvalidBaseUri::NotAUri));
        check("https://", Err(InvalidBaseUri::NotAUri));
        check("https://skey_test_1@api.omise.co", Err(InvalidBaseUri::UserInfo));
        check("http://127.0.0.1@api.omise.co", Err(InvalidBaseUri::UserInfo));
        check("https://api.omise.co/v1", Err(InvalidBaseUri::Path));
        check("https://api.omise.co/?a=1", Err(InvalidBaseUri::Path));
        check("https://api.omise.co?a=1", Err(InvalidBaseUri::Path));
        check("https://api.omise.co#a", Err(InvalidBaseUri::Path));
        check("https://api.omise.co\\@evil.example", Err(InvalidBaseUri::NotAUri));
        check("https://[::1", Err(InvalidBaseUri::NotAUri));
        for port in ["", "x", "0", "65536", "99999", "-1", "+1"] {
            check(&format!("https://api.omise.co:{port}"), Err(InvalidBaseUri::Port));
            check(&format!("http://[::1]:{port}"), Err(InvalidBaseUri::Port));
        }
    }

    #[test]
    fn i7_conversions_agree_and_errors_repeat_no_value() {
        let (good, bad) = ("https://10.0.0.1:8443", "https://user:canary@api.omise.co");
        let uri = BaseUri::parse(good).unwrap();
        assert_eq!(good.parse(), Ok(uri.clone()));
        assert_eq!(BaseUri::try_from(good), Ok(uri.clone()));
        assert_eq!(BaseUri::try_from(good.to_owned()), Ok(uri.clone()));
        let json = serde_json::to_value(&uri).unwrap();
        assert_eq!((&json, serde_json::from_value(json.clone()).unwrap()), (&good.into(), uri));
        let error = serde_json::from_value::<BaseUri>(bad.into()).unwrap_err().to_string();
        assert_eq!(error, InvalidBaseUri::UserInfo.to_string());
    }

    #[test]
    fn the_default_is_the_service() {
        assert_eq!(BaseUri::default().to_string(), "https://api.omise.co");
        assert_eq!(BaseUri::parse("https://api.omise.co").unwrap(), BaseUri::default());
    }
}
