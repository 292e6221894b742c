//! Bounds how long a call may take in all.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
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
/// The layer of a whole call is always ready itself, because time spent waiting must count. It needs a
/// tokio runtime with its timer.
#[derive(Debug, Clone, Copy)]
pub struct TimeoutLayer {
    after: Duration,
    only_reads: bool,
}

impl TimeoutLayer {
    /// Ends calls after this long.
    #[must_use]
    pub fn new(after: Duration) -> Self {
        Self { after, only_reads: false }
    }

    /// Ends single attempts after this long, below a [`RetryLayer`](super::RetryLayer): those of calls
    /// that only read. To end the one attempt that a mutation has would only lose its answer. It is ready
    /// when the service below is, so that waiting for that is seen from above.
    #[must_use]
    pub fn of_attempt(after: Duration) -> Self {
        Self { after, only_reads: true }
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

impl<S> Service<Request> for Timeout<S>
where
    S: Service<Request> + Clone,
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

    fn call(&mut self, mut request: Request) -> Self::Future {
        let TimeoutLayer { after, only_reads } = self.layer;
        let repeatable = request.body().operation().is_some_and(|operation| operation.is_idempotent());
        // What lies too far ahead to be counted never comes.
        let at = Instant::now().checked_add(after).filter(|_| repeatable || !only_reads);
        let state = if only_reads {
            State::Sent { below: self.inner.call(request) }
        } else {
            request.body_mut().set_deadline(at);
            State::Waiting { inner: self.inner.clone(), request: Some(request) }
        };
        TimeoutFuture { state, end: at.map(tokio::time::sleep_until) }
    }
}

pin_project! {
    /// The future of [`Timeout`].
    pub struct TimeoutFuture<S: Service<Request>> {
        #[pin]
        state: State<S, S::Future>,
        #[pin]
        end: Option<Sleep>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F> {
        Waiting {
            inner: S,
            request: Option<Request>,
        },
        Sent {
            #[pin]
            below: F,
        },
    }
}

impl<S: Service<Request>> std::fmt::Debug for TimeoutFuture<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimeoutFuture").finish_non_exhaustive()
    }
}

impl<S> Future for TimeoutFuture<S>
where
    S: Service<Request>,
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
                    Poll::Ready(answer) => return Poll::Ready(answer.map_err(Error::of_service)),
                    Poll::Pending => break Delivery::MaybeSent,
                },
            }
        };
        let Some(end) = this.end.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(end.poll(context));
        Poll::Ready(Err(Error::new(ErrorKind::Timeout, delivery)))
    }
}
