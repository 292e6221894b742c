//! Bounds how long a call may take in all.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use crate::body::Request;
use crate::error::{BoxError, Delivery, Error, ErrorKind};

/// Bounds how long a call may take, from waiting for the service below to be ready to the end of
/// its answer.
///
/// Omise says that a bank may need up to 60 seconds, which is the default of a client. When the
/// deadline passes, what was asked for may have been done, unless the service below was not even
/// ready to take the request: then nothing was sent, and the error says so.
///
/// The layer is always ready itself, because time spent waiting must count. It needs a tokio
/// runtime with its timer.
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
    S: Service<Request> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (mut inner, after) = (self.inner.clone(), self.after);
        Box::pin(async move {
            let mut handed_over = false;
            let call = async {
                poll_fn(|context| inner.poll_ready(context)).await.map_err(Error::not_ready)?;
                handed_over = true;
                inner.call(request).await.map_err(Error::of_service)
            };
            let outcome = tokio::time::timeout(after, call).await;
            outcome.unwrap_or_else(|elapsed| {
                let delivery = if handed_over { Delivery::MaybeSent } else { Delivery::NotSent };
                Err(Error::new(ErrorKind::Timeout, delivery).because(elapsed))
            })
        })
    }
}
