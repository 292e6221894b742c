//! Who may move the sandbox.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

/// Whether a request comes from this machine, and from no page of another site. A name that was made to lead
/// here shows in `Host`.
pub(super) fn may_control(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = uri.authority().map(http::uri::Authority::as_str).or_else(|| text(HOST.as_str()));
    // Without a host it is a call without a socket.
    let local = host.is_none_or(is_loopback);
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text(ORIGIN.as_str())
        .is_none_or(|origin| host.is_some_and(|host| origin.strip_prefix("http://") == Some(host)));
    local && site && origin
}

fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<http::uri::Authority>() else { return false };
    let host = authority.host();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    !authority.as_str().contains('@')
        && (host.eq_ignore_ascii_case("localhost")
            || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback()))
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
        assert_eq!(may_control(&headers, &Uri::from_static("/_sandbox/reset")), expected, "{headers:?}");
    }

    #[test]
    fn f36_other_sites_and_other_names_are_refused() {
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
    }
}
