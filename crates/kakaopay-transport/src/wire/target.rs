//! Where a request goes, apart from what it asks for there.

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use crate::base_uri::is_loopback;
use crate::body::Request;

/// The origin a request goes to. Connections are kept by it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    scheme: Scheme,
    authority: Authority,
}

impl Target {
    /// Takes the origin out of a request, which is left with its path. There is none, and the request is
    /// left as it is, when it names none or one that would have it leave this machine unencrypted.
    pub(super) fn take(request: &mut Request) -> Option<Self> {
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

    /// Whether it is the same, spelling included: another one only finds no connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.authority.as_str() == other.authority.as_str() && self.scheme == other.scheme
    }

    /// The whole address of a path on it.
    pub(super) fn join(&self, path: &Uri) -> Result<Uri, http::Error> {
        let mut parts = path.clone().into_parts();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        Ok(Uri::from_parts(parts)?)
    }

    /// It as HTTP/1.1 names it: without a user, and with a port that does not go without saying (RFC 9110,
    /// section 7.2).
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

    fn request(uri: &str) -> Request {
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
    fn an_address_is_an_origin_and_a_path() {
        check("https://a.example/b?c=d", "/b?c=d", "a.example", "https://a.example/b?c=d");
        check("https://a.example", "/", "a.example", "https://a.example/");
        check("https://a.example:443/", "/", "a.example", "https://a.example:443/");
        check("https://a.example:80/", "/", "a.example:80", "https://a.example:80/");
        check("http://127.0.0.1:80/b", "/b", "127.0.0.1", "http://127.0.0.1:80/b");
        check("http://[::1]:8080/b", "/b", "[::1]:8080", "http://[::1]:8080/b");
        check("https://u:p@a.example/", "/", "a.example", "https://u:p@a.example/");
    }

    #[test]
    fn f25_what_would_leave_this_machine_unencrypted_goes_nowhere() {
        for uri in ["http://192.0.2.1/", "http://a.example/", "/charges", "ftp://127.0.0.1/", "a.example"] {
            assert!(Target::take(&mut request(uri)).is_none(), "{uri}");
        }
    }
}
