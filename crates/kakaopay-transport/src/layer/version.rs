//! Says which API version is meant, and who is asking.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderName, HeaderValue};
use kakaopay_types::ApiVersion;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Request;

/// Room for headers, in one piece for all that are added here and below. hyper reads the headers of an
/// answer into the memory of its request's, and the service sends less than twenty of them.
const ROOM: usize = 24;

const OMISE_VERSION: HeaderName = HeaderName::from_static("omise-version");

/// Says which API version is meant, whatever the account's default is, and who is asking.
#[derive(Debug, Clone)]
pub struct ApiHeadersLayer {
    version: HeaderValue,
    user_agent: HeaderValue,
}

impl ApiHeadersLayer {
    /// Asks for answers in this version.
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
    // Shared, as a service is cloned for each call.
    headers: Arc<ApiHeadersLayer>,
}

impl<S: Service<Request>> Service<Request> for ApiHeaders<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> S::Future {
        let headers = request.headers_mut();
        headers.reserve(ROOM);
        headers.insert(OMISE_VERSION, self.headers.version.clone());
        headers.insert(USER_AGENT, self.headers.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        self.inner.call(request)
    }
}
