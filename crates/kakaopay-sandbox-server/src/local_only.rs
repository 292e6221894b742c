//! Access control for local requests.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

use crate::peer::Peer;

/// Returns whether a request comes from this machine and not from a page of another site. The `Host` header reveals
/// foreign names that resolve to this machine (DNS rebinding); the peer's address reveals other machines.
pub(crate) fn may_control(headers: &HeaderMap, uri: &Uri, peer: Option<Peer>) -> bool {
    let text = |name| text_of(headers, name);
    let host = host_of(headers, uri);
    let same_site = match text("sec-fetch-site") {
        // Pages cannot forge this header. A page that hides its referrer still sends `Origin: null`.
        Some(site) => site == "same-origin" || site == "none",
        None => text(ORIGIN.as_str())
            .is_none_or(|origin| host.is_some_and(|host| origin.strip_prefix("http://") == Some(host))),
    };
    is_local(headers, uri, peer) && same_site
}

/// Returns whether a request comes from this machine under a loopback name. This suffices for reads, because pages of
/// other sites cannot read the response.
pub(crate) fn is_local(headers: &HeaderMap, uri: &Uri, peer: Option<Peer>) -> bool {
    // A request without a peer was made without a socket, and may have no host.
    let loopback = peer.is_none_or(|Peer(address)| address.to_canonical().is_loopback());
    // A proxy on this machine may forward requests of other machines.
    let proxied = PROXIED.iter().any(|name| headers.contains_key(*name));
    loopback && !proxied && host_of(headers, uri).is_none_or(is_this_machine)
}

/// Headers that proxies add.
const PROXIED: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    uri.authority().map(http::uri::Authority::as_str).or_else(|| text_of(headers, HOST.as_str()))
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn is_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<http::uri::Authority>() else { return false };
    !authority.as_str().contains('@') && kakaopay_sandbox::is_loopback(authority.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: bool) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let uri = Uri::from_static("/_sandbox/reset");
        assert_eq!(may_control(&headers, &uri, None), expected, "{headers:?}");
        for (peer, near) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("10.0.0.1", false),
            ("::", false),
        ] {
            let peer = Peer(peer.parse().unwrap());
            assert_eq!(may_control(&headers, &uri, Some(peer)), expected && near, "{headers:?} {peer:?}");
        }
    }

    #[test]
    fn f36_other_sites_and_names_are_rejected() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:1"] {
            check(&[("host", host)], true);
        }
        for host in [
            "example.com",
            "localhost.example",
            "127.0.0.1.example",
            "10.0.0.1",
            "0.0.0.0",
            "a@127.0.0.1",
            "",
        ] {
            check(&[("host", host)], false);
        }
        let host = ("host", "127.0.0.1:80");
        check(&[], true);
        check(&[host, ("sec-fetch-site", "same-origin")], true);
        check(&[host, ("sec-fetch-site", "none")], true);
        check(&[host, ("sec-fetch-site", "cross-site")], false);
        check(&[host, ("sec-fetch-site", "same-site")], false);
        check(&[host, ("origin", "http://127.0.0.1:80")], true);
        check(&[host, ("origin", "http://127.0.0.1:81")], false);
        check(&[host, ("origin", "http://evil.example")], false);
        check(&[host, ("origin", "null")], false);
        check(&[host, ("x-forwarded-for", "10.0.0.1")], false);
        check(&[host, ("forwarded", "for=10.0.0.1")], false);
        check(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")], true);
        check(&[host, ("origin", "http://127.0.0.1:80"), ("sec-fetch-site", "cross-site")], false);
    }
}
