//! Addresses to which webhooks are blocked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Metadata addresses of clouds outside the ranges below, which hand out credentials: Alibaba, Oracle, Azure.
const CLOUDS_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// Metadata addresses of clouds: Amazon, Google.
const CLOUDS_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

/// Returns whether webhooks to an address are always blocked, even if its host was allowed.
///
/// These are link-local and metadata addresses, where clouds hand out credentials to any process, and multicast,
/// broadcast and unspecified addresses. An IPv4 address embedded in an IPv6 address is checked, too.
#[must_use]
pub fn is_forbidden_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_forbidden_v4(v4),
        IpAddr::V6(v6) => {
            // The loopback address resembles an embedded IPv4 address.
            if v6.is_loopback() {
                return false;
            }
            v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
                || CLOUDS_V6.contains(&v6)
                // Amazon reserves further addresses in this range.
                || v6.segments().starts_with(&[0xfd00, 0x0ec2])
                || inside(v6).is_some_and(is_forbidden_v4)
        }
    }
}

fn is_forbidden_v4(v4: Ipv4Addr) -> bool {
    // Some systems route all of 0.0.0.0/8 to this machine.
    v4.octets()[0] == 0
        || v4.is_multicast()
        || v4.is_broadcast()
        || v4.is_link_local()
        || CLOUDS_V4.contains(&v4)
}

/// Returns the IPv4 address embedded in an IPv6 address: mapped, compatible, NAT64 or 6to4.
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
    use crate::webhook_host::WebhookHost;

    #[test]
    fn f37_forbidden_addresses_are_always_blocked() {
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
            assert_eq!(is_forbidden_address(address), forbidden, "{text}");
            let literal = if address.is_ipv6() { format!("[{text}]") } else { text.to_owned() };
            assert_eq!(WebhookHost::parse(&literal).is_err(), forbidden, "{text}");
        }
    }
}
