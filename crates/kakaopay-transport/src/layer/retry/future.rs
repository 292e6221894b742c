//! The attempts of one call.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
use tower_service::Service;

use super::policy::RetryDecision;
use super::service::RetryLayer;
use crate::body::{Request, Response};
use crate::error::{BoxError, Error};

pin_project! {
    /// The future of [`Retry`](super::Retry).
    pub struct RetryFuture<S: Service<Request>> {
        #[pin]
        state: State<S::Future>,
        again: Option<Again<S>>,
        attempt: u32,
        layer: RetryLayer,
    }
}

/// What to send again, and where, of a call that may be.
pub(super) struct Again<S> {
    pub(super) request: Request,
    pub(super) inner: S,
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Sent {
            #[pin]
            below: F,
        },
        Waiting {
            #[pin]
            sleep: Sleep,
        },
        Readying,
    }
}

impl<S: Service<Request>> RetryFuture<S> {
    pub(super) fn new(below: S::Future, again: Option<Again<S>>, layer: &RetryLayer) -> Self {
        Self { state: State::Sent { below }, again, attempt: 1, layer: layer.clone() }
    }
}

impl<S: Service<Request>> std::fmt::Debug for RetryFuture<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RetryFuture").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

impl<S> Future for RetryFuture<S>
where
    S: Service<Request, Response = Response>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProjection::Sent { below } => {
                    let outcome = ready!(below.poll(context)).map_err(Error::of_service);
                    if outcome.as_ref().is_ok_and(|response| response.status().is_success()) {
                        return Poll::Ready(outcome);
                    }
                    let Some(again) = this.again.as_ref() else { return Poll::Ready(outcome) };
                    let left = again.request.body().deadline().map(|end| end.duration_since(Instant::now()));
                    let random = this.layer.shared.random();
                    match this.layer.policy.decide(*this.attempt, &outcome, left, random) {
                        RetryDecision::RetryAfter(wait) if this.layer.shared.budget.take() => {
                            this.state.set(State::Waiting { sleep: tokio::time::sleep(wait) });
                        }
                        RetryDecision::RetryAfter(_) | RetryDecision::Stop => return Poll::Ready(outcome),
                    }
                }
                StateProjection::Waiting { sleep } => {
                    ready!(sleep.poll(context));
                    this.state.set(State::Readying);
                }
                StateProjection::Readying => {
                    let Some(again) = this.again.as_mut() else { return Poll::Pending };
                    ready!(again.inner.poll_ready(context)).map_err(Error::not_ready)?;
                    let request = again.request.clone();
                    *this.attempt = this.attempt.saturating_add(1);
                    if let Some(span) = request.body().span() {
                        span.record("attempts", *this.attempt);
                    }
                    let below = again.inner.call(request);
                    this.state.set(State::Sent { below });
                }
            }
        }
    }
}
