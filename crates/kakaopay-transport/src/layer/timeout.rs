//! Timeouts of calls and of attempts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::{BoxError, Delivery, Error, ErrorKind};

/// Ends a call after a timeout, which includes waiting for the service below to become ready and reading
/// the response.
///
/// Omise documents that a bank may need up to 60 seconds, which is a client's default. A mutation that
/// times out may have been carried out, unless the service below did not become ready: then the error's
/// delivery is [`NotSent`](Delivery::NotSent).
///
/// The layer of a whole call is always ready, because time spent waiting for readiness counts. It needs a
/// tokio runtime with its timer.
#[derive(Debug, Clone, Copy)]
pub struct TimeoutLayer {
    timeout: Duration,
    only_reads: bool,
}

impl TimeoutLayer {
    /// Limits whole calls to this timeout.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, only_reads: false }
    }

    /// Limits single attempts of reads to this timeout, below a [`RetryLayer`](super::RetryLayer). A
    /// mutation has one attempt, and ending it early would only lose its response. This layer is ready
    /// when the service below is, so that the layer of the whole call notices a wait for readiness.
    #[must_use]
    pub fn of_attempt(timeout: Duration) -> Self {
        Self { timeout, only_reads: true }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout { inner, layer: *self }
    }
}

/// The service of [`TimeoutLayer`].
#[derive(Debug, Clone)]
pub struct Timeout<S> {
    inner: S,
    layer: TimeoutLayer,
}

impl<S> Service<HttpRequest> for Timeout<S>
where
    S: Service<HttpRequest> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = TimeoutFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.layer.only_reads {
            return self.inner.poll_ready(context).map_err(Error::not_ready);
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let TimeoutLayer { timeout, only_reads } = self.layer;
        let idempotent = request.body().operation().is_some_and(|operation| operation.is_idempotent());
        // A deadline that overflows `Instant` never comes.
        let deadline = Instant::now().checked_add(timeout).filter(|_| idempotent || !only_reads);
        let state = if only_reads {
            State::Sent { below: self.inner.call(request) }
        } else {
            request.body_mut().set_deadline(deadline);
            State::Waiting { inner: self.inner.clone(), request: Some(request) }
        };
        TimeoutFuture { state, sleep: deadline.map(tokio::time::sleep_until) }
    }
}

pin_project! {
    /// The future of [`Timeout`].
    pub struct TimeoutFuture<S: Service<HttpRequest>> {
        #[pin]
        state: State<S, S::Future>,
        #[pin]
        sleep: Option<Sleep>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F> {
        Waiting {
            inner: S,
            request: Option<HttpRequest>,
        },
        Sent {
            #[pin]
            below: F,
        },
    }
}

impl<S: Service<HttpRequest>> std::fmt::Debug for TimeoutFuture<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimeoutFuture").finish_non_exhaustive()
    }
}

impl<S> Future for TimeoutFuture<S>
where
    S: Service<HttpRequest>,
    S::Error: Into<BoxError>,
{
    type Output = Result<S::Response, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let delivery = loop {
            match this.state.as_mut().project() {
                StateProjection::Waiting { inner, request } => match inner.poll_ready(context) {
                    Poll::Ready(Ok(())) => {
                        let Some(request) = request.take() else { return Poll::Pending };
                        let below = inner.call(request);
                        this.state.set(State::Sent { below });
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(Error::not_ready(error))),
                    Poll::Pending => break Delivery::NotSent,
                },
                StateProjection::Sent { below } => match below.poll(context) {
                    Poll::Ready(result) => return Poll::Ready(result.map_err(Error::of_service)),
                    Poll::Pending => break Delivery::MaybeSent,
                },
            }
        };
        let Some(sleep) = this.sleep.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(sleep.poll(context));
        Poll::Ready(Err(Error::new(ErrorKind::Timeout, delivery)))
    }
}
