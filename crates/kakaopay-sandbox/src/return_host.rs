//! Hosts of return URIs with plain HTTP.

use std::str::FromStr;

use http::Uri;

use crate::allowed_host::AllowedHost;

/// A host whose plain HTTP pages a charge may have as its `return_uri`, with one port or any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnHost(AllowedHost);

/// The text is not a host or a host with a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid host: expected one such as 127.0.0.1, localhost:8080, shop.test or [::1]:8080")]
#[non_exhaustive]
pub struct InvalidReturnHost;

impl ReturnHost {
    /// Parses `HOST` or `HOST:PORT`.
    ///
    /// # Errors
    /// [`InvalidReturnHost`] if the text has another form.
    pub fn parse(text: &str) -> Result<Self, InvalidReturnHost> {
        AllowedHost::parse(text).map(Self).ok_or(InvalidReturnHost)
    }

    /// Returns whether this is the host and port of a plain HTTP URL.
    pub(crate) fn is_of(&self, uri: &Uri) -> bool {
        self.0.is_of(uri)
    }
}

impl FromStr for ReturnHost {
    type Err = InvalidReturnHost;

    fn from_str(text: &str) -> Result<Self, InvalidReturnHost> {
        Self::parse(text)
    }
}
