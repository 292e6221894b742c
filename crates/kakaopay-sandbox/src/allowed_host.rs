//! Hosts with one port or any, as options and URLs name them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::Authority;

/// A host with one port or any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedHost {
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

impl AllowedHost {
    /// Parses `HOST` or `HOST:PORT`; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Some(Self { host: Host::Address(address.into()), port: None });
        }
        let authority: Authority = text.parse().ok()?;
        let host = Host::parse(authority.host())?;
        // The remainder must be empty or a port, so that user names are rejected.
        let port = match text.get(authority.host().len()..)? {
            "" => None,
            rest => Some(rest.strip_prefix(':')?.parse().ok()?),
        };
        Some(Self { host, port })
    }

    /// The IP address; `None` for a name.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Address(address) => Some(address),
            Host::Name(_) => None,
        }
    }

    /// Returns whether this is the host and port of a plain HTTP URL.
    pub(crate) fn is_of(&self, uri: &Uri) -> bool {
        let port = uri.port_u16().unwrap_or(80);
        uri.host().and_then(Host::parse).as_ref() == Some(&self.host)
            && self.port.is_none_or(|own| own == port)
    }
}

impl Host {
    /// Parses the host of a URL.
    fn parse(text: &str) -> Option<Self> {
        let v6 = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        if let Some(v6) = v6 {
            return v6.parse::<Ipv6Addr>().ok().map(|address| Self::Address(address.into()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        (!text.is_empty() && text.bytes().all(plain)).then(|| Self::Name(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(Host, Option<u16>)>) {
        let expected = expected.map(|(host, port)| AllowedHost { host, port });
        assert_eq!(AllowedHost::parse(text), expected, "{text:?}");
    }

    #[test]
    fn f37_hosts_parse_strictly() {
        let name = |text: &str, port| Some((Host::Name(text.to_owned()), port));
        let address = |text: &str, port| Some((Host::Address(text.parse().unwrap()), port));
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
            check(text, None);
        }
    }
}
