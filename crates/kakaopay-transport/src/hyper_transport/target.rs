//! The target of a request: its URI without the path.

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use crate::base_uri::is_loopback;
use crate::body::HttpRequest;

/// The origin that a request goes to, which is the key of pooled connections.
#[derive(Debug, Clone)]
pub(super) struct Target {
    scheme: Scheme,
    authority: Authority,
}

impl Target {
    /// Removes the origin from a request's URI and leaves the path. Returns `None`, and leaves the request
    /// unchanged, if the URI has no origin or an unencrypted one that is not loopback.
    pub(super) fn take(request: &mut HttpRequest) -> Option<Self> {
        let uri = request.uri();
        let encrypted = uri.scheme()? == &Scheme::HTTPS;
        let loopback = uri.scheme()? == &Scheme::HTTP && is_loopback(uri.host()?);
        if !encrypted && !loopback {
            return None;
        }
        let parts = std::mem::take(request.uri_mut()).into_parts();
        let (scheme, authority) = (parts.scheme?, parts.authority?);
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        *request.uri_mut() = Uri::from(path);
        Some(Self { scheme, authority })
    }

    /// Whether two targets are equal, spelling included. Another spelling only costs a new connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.authority.as_str() == other.authority.as_str() && self.scheme == other.scheme
    }

    /// Joins a path to the target.
    pub(super) fn join(&self, path: &Uri) -> Result<Uri, http::Error> {
        let mut parts = path.clone().into_parts();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        Ok(Uri::from_parts(parts)?)
    }

    /// Returns the `Host` header: without user information, and with the port unless it is the default (RFC
    /// 9110, section 7.2).
    pub(super) fn host(&self) -> Result<HeaderValue, http::Error> {
        let default = if self.scheme == Scheme::HTTPS { 443 } else { 80 };
        let host = self.authority.host();
        Ok(match self.authority.port_u16().filter(|port| *port != default) {
            Some(port) => HeaderValue::try_from(format!("{host}:{port}"))?,
            None => HeaderValue::from_str(host)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::RequestBody;

    fn request(uri: &str) -> HttpRequest {
        http::Request::get(uri).body(RequestBody::default()).expect("a request")
    }

    #[track_caller]
    fn check(uri: &str, path: &str, host: &str, whole: &str) {
        let mut request = request(uri);
        let target = Target::take(&mut request).expect("a target");
        assert_eq!(request.uri(), path, "{uri}");
        assert_eq!(target.host().expect("a host"), host, "{uri}");
        assert_eq!(target.join(request.uri()).expect("a URI"), whole, "{uri}");
    }

    #[test]
    fn a_uri_is_split_into_target_and_path() {
        check("https://a.example/b?c=d", "/b?c=d", "a.example", "https://a.example/b?c=d");
        check("https://a.example", "/", "a.example", "https://a.example/");
        check("https://a.example:443/", "/", "a.example", "https://a.example:443/");
        check("https://a.example:80/", "/", "a.example:80", "https://a.example:80/");
        check("http://127.0.0.1:80/b", "/b", "127.0.0.1", "http://127.0.0.1:80/b");
        check("http://[::1]:8080/b", "/b", "[::1]:8080", "http://[::1]:8080/b");
        check("https://u:p@a.example/", "/", "a.example", "https://u:p@a.example/");
    }

    #[test]
    fn f25_an_unencrypted_uri_off_loopback_has_no_target() {
        for uri in ["http://192.0.2.1/", "http://a.example/", "/charges", "ftp://127.0.0.1/", "a.example"] {
            assert!(Target::take(&mut request(uri)).is_none(), "{uri}");
        }
    }
}
