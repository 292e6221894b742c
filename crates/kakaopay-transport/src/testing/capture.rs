//! Keeps what is sent, and passes it on.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use tower_service::Service;

use crate::body::{Request, RequestBody};

/// Keeps what is sent, and passes it on to a service below.
///
/// Use when a test is about the bytes of a request. Clones keep into the same place.
#[derive(Debug, Clone)]
pub struct Capture<S> {
    inner: S,
    kept: Arc<Mutex<Vec<Captured>>>,
}

/// A request as it was sent.
pub type Captured = http::Request<Bytes>;

impl<S> Capture<S> {
    /// Passes on to this service.
    pub fn new(inner: S) -> Self {
        Self { inner, kept: Arc::default() }
    }

    /// What was sent so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Captured> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S> Service<Request> for Capture<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The service that is ready is the one to call; its clone is for next time.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let kept = Arc::clone(&self.kept);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // A whole body in memory cannot fail.
            let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let captured = Captured::from_parts(parts.clone(), body.clone());
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(captured);
            inner.call(Request::from_parts(parts, RequestBody::new(body))).await
        })
    }
}
