//! Adds the headers that all requests have.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderName, HeaderValue};
use kakaopay_types::ApiVersion;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::HttpRequest;

/// Header capacity, reserved in one allocation for this layer and those below. hyper reads the response's
/// headers into the same memory, and the service sends less than twenty of them.
const HEADER_CAPACITY: usize = 24;

const OMISE_VERSION: HeaderName = HeaderName::from_static("omise-version");

/// Sets the headers `Omise-Version` (which overrides the account's default), `User-Agent` and `Accept`.
#[derive(Debug, Clone)]
pub struct ApiHeadersLayer {
    version: HeaderValue,
    user_agent: HeaderValue,
}

impl ApiHeadersLayer {
    /// Requests responses in this API version.
    #[must_use]
    pub fn new(version: ApiVersion, user_agent: HeaderValue) -> Self {
        Self { version: HeaderValue::from_static(version.as_str()), user_agent }
    }
}

impl<S> Layer<S> for ApiHeadersLayer {
    type Service = ApiHeaders<S>;

    fn layer(&self, inner: S) -> ApiHeaders<S> {
        ApiHeaders { inner, headers: Arc::new(self.clone()) }
    }
}

/// The service of [`ApiHeadersLayer`].
#[derive(Debug, Clone)]
pub struct ApiHeaders<S> {
    inner: S,
    // Shared, because the service is cloned for each call.
    headers: Arc<ApiHeadersLayer>,
}

impl<S: Service<HttpRequest>> Service<HttpRequest> for ApiHeaders<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: HttpRequest) -> S::Future {
        let headers = request.headers_mut();
        headers.reserve(HEADER_CAPACITY);
        headers.insert(OMISE_VERSION, self.headers.version.clone());
        headers.insert(USER_AGENT, self.headers.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        self.inner.call(request)
    }
}
