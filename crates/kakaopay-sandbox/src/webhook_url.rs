//! Webhook endpoint URLs.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plain_http;
use crate::webhook_host::WebhookHost;

/// A webhook endpoint: a plain HTTP URL on this machine or on an allowed host, so that a sandbox cannot be used
/// to reach other machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

impl WebhookUrl {
    /// Parses a URL on this machine, such as `http://127.0.0.1:8080/webhooks`.
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] if the URL is not plain HTTP with a loopback host.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_on(text, &[])
    }

    /// Parses a URL on this machine or on one of `hosts`. A sandbox posts to a host only if it was allowed with
    /// [`SandboxBuilder::allow_webhook_host`](crate::SandboxBuilder::allow_webhook_host).
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] if the URL is not plain HTTP with one of these hosts.
    pub fn parse_on(text: &str, hosts: &[WebhookHost]) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_anywhere(text).filter(|url| url.is_on(hosts)).ok_or(InvalidWebhookUrl)
    }

    /// Parses a plain HTTP URL with any host. The caller must check the host before a post.
    fn parse_anywhere(text: &str) -> Option<Self> {
        plain_http::parse(text).map(Self)
    }

    /// The URL.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Returns whether the host is this machine or one of `hosts`.
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
        // The sandbox that wrote the URL allowed it; this sandbox checks the host before each post.
        let text = String::deserialize(deserializer)?;
        Self::parse_anywhere(&text).ok_or_else(|| serde::de::Error::custom(InvalidWebhookUrl))
    }
}

/// Returns whether a host, as written in a URL, is `localhost` or a loopback address.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || v6.is_some_and(|host| host.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback()))
}

/// The URL is not plain HTTP on this machine or on an allowed host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid webhook URL: expected plain HTTP on this machine or an allowed host: http://127.0.0.1:PORT/PATH"
)]
#[non_exhaustive]
pub struct InvalidWebhookUrl;
