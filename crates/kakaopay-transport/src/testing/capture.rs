//! Records requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::body::HttpRequest;

/// Records every request and passes it on to the service below.
///
/// Use it to check the bytes of requests. Clones share the recording.
#[derive(Debug, Clone)]
pub struct Capture<S> {
    inner: S,
    captured: Arc<Mutex<Vec<Captured>>>,
}

/// A recorded request.
pub type Captured = http::Request<Bytes>;

impl<S> Capture<S> {
    /// Passes requests on to this service.
    pub fn new(inner: S) -> Self {
        Self { inner, captured: Arc::default() }
    }

    /// Returns the requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Captured> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Service<HttpRequest>> Service<HttpRequest> for Capture<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> S::Future {
        let mut captured = Captured::new(request.body().bytes().clone());
        captured.method_mut().clone_from(request.method());
        captured.uri_mut().clone_from(request.uri());
        captured.headers_mut().clone_from(request.headers());
        self.captured.lock().unwrap_or_else(PoisonError::into_inner).push(captured);
        self.inner.call(request)
    }
}
