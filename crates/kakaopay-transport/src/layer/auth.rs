//! Signs in with the key.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::HeaderValue;
use http::header::AUTHORIZATION;
use kakaopay_types::Key;
use tower_layer::Layer;
use tower_service::Service;
use zeroize::Zeroizing;

use crate::body::Request;

/// Signs in with the key: HTTP Basic with the key as the user name and no password, as Omise's
/// documentation on authentication says. The header is marked as sensitive.
#[derive(Clone)]
pub struct AuthLayer(HeaderValue);

impl AuthLayer {
    /// Signs in with this key.
    #[must_use]
    pub fn new(key: &impl Key) -> Self {
        let user = Zeroizing::new(format!("{}:", key.expose()));
        let value = Zeroizing::new(format!("Basic {}", *Zeroizing::new(base64(user.as_bytes()))));
        // Base64 is always a legal header value.
        let mut header = HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static(""));
        header.set_sensitive(true);
        Self(header)
    }
}

/// Standard Base64 (RFC 4648, section 4), which is too little to build a crate for.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Of its whole length, so that it leaves no shorter copies behind.
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = [0, 1, 2].map(|at| three.get(at).copied().unwrap_or_default());
        let bits = u32::from_be_bytes([0, bits[0], bits[1], bits[2]]);
        let digit = |place: usize| char::from(DIGITS[(bits >> (18 - 6 * place)) as usize % DIGITS.len()]);
        text.extend((0..4).map(|place| if place <= three.len() { digit(place) } else { '=' }));
    }
    text
}

impl std::fmt::Debug for AuthLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthLayer(redacted)")
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth { inner, header: Arc::new(self.0.clone()) }
    }
}

/// The service of [`AuthLayer`].
#[derive(Clone)]
pub struct Auth<S> {
    inner: S,
    // Shared, as a service is cloned for each call.
    header: Arc<HeaderValue>,
}

impl<S: std::fmt::Debug> std::fmt::Debug for Auth<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S: Service<Request>> Service<Request> for Auth<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> S::Future {
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::clone(&self.header));
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xff, 0xef, 0xbe, 0x00]), "/+++AA==");
    }
}
