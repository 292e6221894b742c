//! Hosts beside this machine that webhooks may be posted to.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Authority;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use crate::webhook::{InvalidWebhookUrl, WebhookUrl};

/// A host beside this machine that webhooks may be posted to, and where that is.
///
/// A name is looked up once, when this is made: webhooks go to those addresses from then on, so that a later
/// answer of the name's owner cannot lead them elsewhere.
///
/// Some addresses are no shop's, and no webhook goes there whoever allows it: link-local ones and others where
/// clouds hand out credentials to whoever asks, addresses of many machines at once (multicast, broadcast), and
/// those of none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHost {
    host: Host,
    /// `None` for any.
    port: Option<u16>,
    addresses: Vec<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// In lower case.
    Name(String),
}

/// The host is none that webhooks may be posted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWebhookHost {
    /// The text is no host.
    #[error("is no host: write one such as shop.test, shop.test:8080, 192.168.1.2 or [fd12::1]:8080")]
    Form,
    /// The name has no address.
    #[error("cannot be looked up: check the name, or give the host's address")]
    Unknown,
    /// It leads to where no webhook may go.
    #[error(
        "leads to an address that no shop has, and where clouds hand out credentials or many machines listen: \
         no webhook goes there"
    )]
    Forbidden,
}

impl WebhookHost {
    /// Reads `HOST` or `HOST:PORT`, and asks the operating system where a name is, which may take its time.
    ///
    /// # Errors
    /// [`InvalidWebhookHost`] says why.
    pub fn look_up(text: &str) -> Result<Self, InvalidWebhookHost> {
        let (host, port) = read(text)?;
        let addresses = match &host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => {
                let found = (name.as_str(), 0).to_socket_addrs().map_err(|_| InvalidWebhookHost::Unknown)?;
                found.map(|address| address.ip()).collect()
            }
        };
        Self::new(host, port, addresses)
    }

    /// Reads `HOST` or `HOST:PORT`, and takes a name to be at these addresses; an address is taken as itself.
    ///
    /// # Errors
    /// [`InvalidWebhookHost`] says why.
    pub fn at(text: &str, addresses: &[IpAddr]) -> Result<Self, InvalidWebhookHost> {
        let (host, port) = read(text)?;
        let addresses = if let Host::Address(own) = host { vec![own] } else { addresses.to_vec() };
        Self::new(host, port, addresses)
    }

    fn new(host: Host, port: Option<u16>, addresses: Vec<IpAddr>) -> Result<Self, InvalidWebhookHost> {
        if addresses.is_empty() {
            return Err(InvalidWebhookHost::Unknown);
        }
        // One of several is enough, as it is chosen by whoever answers for the name.
        if addresses.iter().any(|address| is_forbidden(*address)) {
            return Err(InvalidWebhookHost::Forbidden);
        }
        Ok(Self { host, port, addresses })
    }

    /// Whether it is the host of an address with plain http.
    fn is_of(&self, uri: &Uri) -> bool {
        let port = uri.port_u16().unwrap_or(80);
        uri.host().and_then(host).as_ref() == Some(&self.host) && self.port.is_none_or(|own| own == port)
    }
}

/// The hosts beside this machine that a sandbox may post to. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebhookHosts(Arc<[WebhookHost]>);

impl WebhookHosts {
    pub(crate) fn new(hosts: Vec<WebhookHost>) -> Self {
        Self(hosts.into())
    }

    /// Reads an address on this machine or one of these hosts.
    pub(crate) fn url(&self, text: &str) -> Result<WebhookUrl, InvalidWebhookUrl> {
        WebhookUrl::parse_on(text, &self.0)
    }

    /// Whether an address is on this machine or one of these hosts.
    pub(crate) fn admits(&self, url: &WebhookUrl) -> bool {
        url.is_on(&self.0)
    }

    /// Where a name is. `localhost` is this machine, whatever anybody answers; and what is not known here is
    /// nowhere.
    pub(crate) fn addresses(&self, name: &str) -> Vec<IpAddr> {
        if name.eq_ignore_ascii_case("localhost") {
            return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        let host = host(name);
        let known = self.0.iter().find(|known| Some(&known.host) == host.as_ref());
        known.map(|known| known.addresses.clone()).unwrap_or_default()
    }
}

/// Tells a connection where a name is: where it was when it was allowed, and nowhere else.
#[derive(Debug, Clone)]
pub(crate) struct Pinned(pub(crate) WebhookHosts);

impl Service<Name> for Pinned {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        // The port is the address's own.
        let addresses =
            self.0.addresses(name.as_str()).into_iter().map(|address| SocketAddr::new(address, 0));
        ready(Ok(addresses.collect::<Vec<_>>().into_iter()))
    }
}

/// Whether an address is on one of these hosts.
pub(crate) fn is_on(hosts: &[WebhookHost], uri: &Uri) -> bool {
    hosts.iter().any(|host| host.is_of(uri))
}

fn read(text: &str) -> Result<(Host, Option<u16>), InvalidWebhookHost> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok((Host::Address(address.into()), None));
    }
    let authority: Authority = text.parse().map_err(|_| InvalidWebhookHost::Form)?;
    let found = host(authority.host()).ok_or(InvalidWebhookHost::Form)?;
    // Nothing but these: no user before it, and no port that cannot be one.
    let rest = text.get(authority.host().len()..).unwrap_or_default();
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Ok((found, None)),
        Some(port) => Ok((found, Some(port.parse().map_err(|_| InvalidWebhookHost::Form)?))),
        None => Err(InvalidWebhookHost::Form),
    }
}

/// A host as it stands in an address.
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

/// Addresses outside the ranges below where clouds tell a machine about itself, credentials included: Alibaba,
/// Oracle, Azure.
const CLOUDS_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// Likewise: Amazon, Google.
const CLOUDS_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_forbidden_v4(v4),
        IpAddr::V6(v6) => {
            // Loopback looks like an IPv4 address inside.
            if v6.is_loopback() {
                return false;
            }
            v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
                || CLOUDS_V6.contains(&v6)
                // Amazon has further ones of its own there.
                || v6.segments().starts_with(&[0xfd00, 0x0ec2])
                || inside(v6).is_some_and(is_forbidden_v4)
        }
    }
}

fn is_forbidden_v4(v4: Ipv4Addr) -> bool {
    // All of 0.0.0.0/8 is this machine to some systems.
    v4.octets()[0] == 0
        || v4.is_multicast()
        || v4.is_broadcast()
        || v4.is_link_local()
        || CLOUDS_V4.contains(&v4)
}

/// The IPv4 address that an IPv6 one leads to: mapped, compatible, by NAT64 or by 6to4.
fn inside(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(of(g, h)),
        (0x2002, ..) => Some(of(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(Host, Option<u16>), InvalidWebhookHost>) {
        assert_eq!(read(text), expected, "{text:?}");
    }

    #[test]
    fn f37_a_host_is_read_exactly_or_not_at_all() {
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

    #[test]
    fn f37_what_no_shop_has_is_refused_whoever_allows_it() {
        for (text, forbidden) in [
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("192.168.255.255", false),
            ("100.64.0.1", false),
            ("127.0.0.1", false),
            ("8.8.8.8", false),
            ("169.253.255.255", false),
            ("169.254.0.0", true),
            ("169.254.169.254", true),
            ("169.254.255.255", true),
            ("169.255.0.0", false),
            ("223.255.255.255", false),
            ("224.0.0.1", true),
            ("239.255.255.255", true),
            ("255.255.255.255", true),
            ("0.0.0.0", true),
            ("0.0.0.1", true),
            ("1.0.0.0", false),
            ("100.100.100.200", true),
            ("192.0.0.192", true),
            ("168.63.129.16", true),
            ("::1", false),
            ("::", true),
            ("fe7f:ffff::", false),
            ("fe80::1", true),
            ("febf::1", true),
            ("fec0::1", false),
            ("fd12::1", false),
            ("fd00:ec2::254", true),
            ("fd00:ec2::23", true),
            ("fd20:ce::254", true),
            ("ff02::1", true),
            ("::ffff:169.254.169.254", true),
            ("::ffff:10.0.0.1", false),
            ("::169.254.169.254", true),
            ("64:ff9b::169.254.169.254", true),
            ("64:ff9b::10.0.0.1", false),
            ("2002:a9fe:a9fe::1", true),
            ("2002:0a00:0001::1", false),
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(is_forbidden(address), forbidden, "{text}");
            let made = WebhookHost::at("shop.test", &[Ipv4Addr::new(10, 0, 0, 1).into(), address]);
            assert_eq!(made.err(), forbidden.then_some(InvalidWebhookHost::Forbidden), "{text}");
            let literal = if address.is_ipv6() { format!("[{text}]") } else { text.to_owned() };
            assert_eq!(WebhookHost::look_up(&literal).is_err(), forbidden, "{text}");
        }
        assert_eq!(WebhookHost::at("shop.test", &[]), Err(InvalidWebhookHost::Unknown));
        // An address is itself, whatever it is said to be.
        let itself = WebhookHost::at("10.0.0.1", &[Ipv4Addr::LOCALHOST.into()]).unwrap();
        assert_eq!(itself.addresses, [IpAddr::from([10, 0, 0, 1])]);
    }

    #[test]
    fn f37_a_name_is_where_it_was_and_what_is_not_known_is_nowhere() {
        let address = IpAddr::from([10, 0, 0, 1]);
        let hosts = WebhookHosts::new(vec![WebhookHost::at("shop.test", &[address]).unwrap()]);
        assert_eq!(hosts.addresses("SHOP.test"), [address]);
        assert_eq!(hosts.addresses("example.com"), [] as [IpAddr; 0]);
        assert!(hosts.addresses("LocalHost").iter().all(IpAddr::is_loopback));
    }
}
