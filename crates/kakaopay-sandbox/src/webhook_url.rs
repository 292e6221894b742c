//! The address that events are posted to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::webhook_host::WebhookHost;

/// Where events are posted to: plain http on this machine, since a sandbox must not be a way to
/// reach anything else; or on a host that it is allowed to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

impl WebhookUrl {
    /// Reads an address such as `http://127.0.0.1:8080/webhooks`.
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] when it is not plain http on loopback.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_on(text, &[])
    }

    /// Reads an address on this machine, or on one of these hosts. A sandbox posts there only if it allows the host
    /// itself: [`SandboxBuilder::allow_webhook_host`](crate::SandboxBuilder::allow_webhook_host).
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] when it is not plain http on one of those.
    pub fn parse_on(text: &str, hosts: &[WebhookHost]) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_anywhere(text).filter(|url| url.is_on(hosts)).ok_or(InvalidWebhookUrl)
    }

    /// Reads plain http on any machine: nothing may be posted there yet.
    fn parse_anywhere(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let bare = !uri.authority()?.as_str().contains('@');
        (uri.scheme_str() == Some("http") && bare).then_some(Self(uri))
    }

    /// The address.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Whether it is on this machine, or on one of these hosts.
    pub(crate) fn is_on(&self, hosts: &[WebhookHost]) -> bool {
        self.0.host().is_some_and(is_loopback) || hosts.iter().any(|host| host.is_of(&self.0))
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for WebhookUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WebhookUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // It was allowed where it was written; whether it is here is asked when something is to be posted.
        let text = String::deserialize(deserializer)?;
        Self::parse_anywhere(&text).ok_or_else(|| serde::de::Error::custom(InvalidWebhookUrl))
    }
}

/// Whether a host, as written in a URL, names this machine and nothing else: `localhost` or a loopback address.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || v6.is_some_and(|host| host.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback()))
}

/// The address is not plain http on this machine, or on a host that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sandbox posts webhooks to this machine, and to hosts that it is allowed to, only: http://127.0.0.1:PORT/PATH"
)]
pub struct InvalidWebhookUrl;
