//! Additional webhook hosts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;

use crate::webhook_address::is_forbidden_address;

/// A host other than this machine to which webhooks may be posted, with one port or any.
///
/// A name is resolved for each webhook, its address is checked, and the connection is opened to exactly the checked
/// address: see [`is_forbidden_address`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHost {
    host: Host,
    /// `None` allows any port.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// Lower-case name.
    Name(String),
}

/// The text is not a host to which webhooks may be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWebhookHost {
    /// The text is not a host or a host with a port.
    #[error("invalid host: write one such as shop.test, shop.test:8080, 192.168.1.2 or [fd12::1]:8080")]
    Form,
    /// Webhooks to this address are blocked.
    #[error("is a link-local, multicast or metadata address; webhooks to such addresses are blocked")]
    Forbidden,
}

impl WebhookHost {
    /// Parses `HOST` or `HOST:PORT`.
    ///
    /// # Errors
    /// [`InvalidWebhookHost`] if the text is not a host, or is a blocked address.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookHost> {
        let (host, port) = read(text)?;
        match host {
            Host::Address(address) if is_forbidden_address(address) => Err(InvalidWebhookHost::Forbidden),
            host => Ok(Self { host, port }),
        }
    }

    /// Returns whether this is the host and port of a plain HTTP URL.
    pub(crate) fn is_of(&self, uri: &Uri) -> bool {
        let port = uri.port_u16().unwrap_or(80);
        uri.host().and_then(host).as_ref() == Some(&self.host) && self.port.is_none_or(|own| own == port)
    }
}

impl FromStr for WebhookHost {
    type Err = InvalidWebhookHost;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookHost> {
        Self::parse(text)
    }
}

fn read(text: &str) -> Result<(Host, Option<u16>), InvalidWebhookHost> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok((Host::Address(address.into()), None));
    }
    let authority: Authority = text.parse().map_err(|_| InvalidWebhookHost::Form)?;
    let found = host(authority.host()).ok_or(InvalidWebhookHost::Form)?;
    // The remainder must be empty or a port, so that user names are rejected.
    let rest = text.get(authority.host().len()..).unwrap_or_default();
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Ok((found, None)),
        Some(port) => Ok((found, Some(port.parse().map_err(|_| InvalidWebhookHost::Form)?))),
        None => Err(InvalidWebhookHost::Form),
    }
}

/// Parses the host of a URL.
fn host(text: &str) -> Option<Host> {
    let v6 = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if let Some(v6) = v6 {
        return v6.parse::<Ipv6Addr>().ok().map(|address| Host::Address(address.into()));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(Host::Address(address.into()));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (!text.is_empty() && text.bytes().all(plain)).then(|| Host::Name(text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(Host, Option<u16>), InvalidWebhookHost>) {
        assert_eq!(read(text), expected, "{text:?}");
    }

    #[test]
    fn f37_hosts_parse_strictly() {
        let name = |text: &str, port| Ok((Host::Name(text.to_owned()), port));
        let address = |text: &str, port| Ok((Host::Address(text.parse().unwrap()), port));
        check("shop.test", name("shop.test", None));
        check("Shop.Test:8080", name("shop.test", Some(8_080)));
        check("host.docker.internal:65535", name("host.docker.internal", Some(65_535)));
        check("192.168.1.2", address("192.168.1.2", None));
        check("[fd12::1]:80", address("fd12::1", Some(80)));
        check("[fd12::1]", address("fd12::1", None));
        check("fd12::1", address("fd12::1", None));
        for text in [
            "",
            ":80",
            "shop.test:",
            "shop.test:65536",
            "shop.test:-1",
            "shop.test:x",
            "a@shop.test",
            "@",
            "http://shop.test",
            "shop.test/",
            "shop.test?x",
            "*",
            "*.test",
            "shop test",
            "[fd12::1",
            "[shop]",
            "fd12::1]:80",
            "shop%2etest",
            "shöp.test",
            "shop.test\n",
        ] {
            check(text, Err(InvalidWebhookHost::Form));
        }
    }
}
