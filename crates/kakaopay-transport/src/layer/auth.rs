//! Adds the key to requests.

use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use kakaopay_types::Key;
use tower_layer::Layer;
use tower_service::Service;
use zeroize::Zeroizing;

use crate::body::HttpRequest;

/// Adds the `Authorization` header: HTTP Basic with the key as the user name and no password, as Omise
/// documents. The header is marked as sensitive.
#[derive(Clone)]
pub struct AuthLayer(HeaderValue);

impl AuthLayer {
    /// Authenticates with this key.
    #[must_use]
    pub fn new(key: &impl Key) -> Self {
        let user = Zeroizing::new(format!("{}:", key.expose()));
        let encoded = Zeroizing::new(STANDARD.encode(user.as_bytes()));
        let value = Zeroizing::new(["Basic ", &encoded].concat());
        // Base64 is always a valid header value.
        let mut header = HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static(""));
        header.set_sensitive(true);
        Self(header)
    }
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
    // Shared, because the service is cloned for each call.
    header: Arc<HeaderValue>,
}

impl<S: std::fmt::Debug> std::fmt::Debug for Auth<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S: Service<HttpRequest>> Service<HttpRequest> for Auth<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: HttpRequest) -> S::Future {
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::clone(&self.header));
        self.inner.call(request)
    }
}
