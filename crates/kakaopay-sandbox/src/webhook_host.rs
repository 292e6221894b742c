//! Additional webhook hosts.

use std::str::FromStr;

use http::Uri;

use crate::allowed_host::AllowedHost;
use crate::webhook_address::is_forbidden_address;

/// A host other than this machine to which webhooks may be posted, with one port or any.
///
/// A name is resolved for each webhook, its address is checked, and the connection is opened to exactly the checked
/// address: see [`is_forbidden_address`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHost(AllowedHost);

/// The text is not a host to which webhooks may be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWebhookHost {
    /// The text is not a host or a host with a port.
    #[error("invalid host: expected one such as shop.test, shop.test:8080, 192.168.1.2 or [fd12::1]:8080")]
    Form,
    /// Webhooks to this address are blocked.
    #[error("invalid host: webhooks to link-local, multicast and metadata addresses are blocked")]
    Forbidden,
}

impl WebhookHost {
    /// Parses `HOST` or `HOST:PORT`.
    ///
    /// # Errors
    /// [`InvalidWebhookHost`] if the text is not a host, or is a blocked address.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookHost> {
        let host = AllowedHost::parse(text).ok_or(InvalidWebhookHost::Form)?;
        match host.address() {
            Some(address) if is_forbidden_address(address) => Err(InvalidWebhookHost::Forbidden),
            _ => Ok(Self(host)),
        }
    }

    /// Returns whether this is the host and port of a plain HTTP URL.
    pub(crate) fn is_of(&self, uri: &Uri) -> bool {
        self.0.is_of(uri)
    }
}

impl FromStr for WebhookHost {
    type Err = InvalidWebhookHost;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookHost> {
        Self::parse(text)
    }
}
