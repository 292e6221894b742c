//! A wire over which the first mutation never leaves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use kakaopay_transport::{BoxError, HttpRequest, NotSent};
use tower_service::Service;

/// A wire over which the first mutation never leaves, and it is known that it did not.
#[derive(Debug, Clone)]
pub struct Unsent<S> {
    inner: S,
    was_first: Arc<AtomicBool>,
}

impl<S> Unsent<S> {
    /// Refuses the first mutation, and none after it.
    pub fn new(inner: S) -> Self {
        Self { inner, was_first: Arc::default() }
    }
}

impl<S> Service<HttpRequest> for Unsent<S>
where
    S: Service<HttpRequest, Error: Into<BoxError>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        if request.method() != http::Method::GET && !self.was_first.swap(true, Ordering::SeqCst) {
            return Box::pin(async { Err(NotSent("there is no way".into()).into()) });
        }
        let sent = self.inner.call(request);
        Box::pin(async { sent.await.map_err(Into::into) })
    }
}
