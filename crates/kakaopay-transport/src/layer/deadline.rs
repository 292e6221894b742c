//! Bounds how long a call may take in all.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use crate::body::Request;
use crate::error::{Delivery, Error, ErrorKind};

/// Bounds how long a call may take from its start to the last byte of its answer.
///
/// Omise says that a bank may need up to 60 seconds, which is the default of a client. What was
/// asked for may have been done when the deadline passes.
#[derive(Debug, Clone, Copy)]
pub struct DeadlineLayer(Duration);

impl DeadlineLayer {
    /// Ends calls after this long.
    #[must_use]
    pub fn new(after: Duration) -> Self {
        Self(after)
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, after: self.0 }
    }
}

/// The service of [`DeadlineLayer`].
#[derive(Debug, Clone)]
pub struct Deadline<S> {
    inner: S,
    after: Duration,
}

impl<S> Service<Request> for Deadline<S>
where
    S: Service<Request, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let bounded = tokio::time::timeout(self.after, self.inner.call(request));
        Box::pin(async move {
            bounded.await.unwrap_or_else(|elapsed| {
                Err(Error::new(ErrorKind::Timeout, Delivery::MaybeSent).because(elapsed))
            })
        })
    }
}
