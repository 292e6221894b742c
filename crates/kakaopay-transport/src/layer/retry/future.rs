//! The attempts of one call.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
use tower_service::Service;

use super::policy::RetryDecision;
use super::service::RetryLayer;
use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Error};

pin_project! {
    /// The future of [`Retry`](super::Retry).
    pub struct RetryFuture<S: Service<HttpRequest>> {
        #[pin]
        state: State<S::Future>,
        retry: Option<NextAttempt<S>>,
        attempt: u32,
        layer: RetryLayer,
    }
}

/// Request and service of the next attempt of a read.
pub(super) struct NextAttempt<S> {
    pub(super) request: HttpRequest,
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
        WaitingForReady,
    }
}

impl<S: Service<HttpRequest>> RetryFuture<S> {
    pub(super) fn new(below: S::Future, retry: Option<NextAttempt<S>>, layer: &RetryLayer) -> Self {
        Self { state: State::Sent { below }, retry, attempt: 1, layer: layer.clone() }
    }
}

impl<S: Service<HttpRequest>> std::fmt::Debug for RetryFuture<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RetryFuture").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

impl<S> Future for RetryFuture<S>
where
    S: Service<HttpRequest, Response = HttpResponse>,
    S::Error: Into<BoxError>,
{
    type Output = Result<HttpResponse, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProjection::Sent { below } => {
                    let result = ready!(below.poll(context)).map_err(Error::of_service);
                    if result.as_ref().is_ok_and(|response| response.status().is_success()) {
                        return Poll::Ready(result);
                    }
                    let Some(retry) = this.retry.as_ref() else { return Poll::Ready(result) };
                    let deadline = retry.request.body().deadline();
                    let left = deadline.map(|deadline| deadline.duration_since(Instant::now()));
                    let random = this.layer.shared.random();
                    match this.layer.policy.decide(*this.attempt, &result, left, random) {
                        RetryDecision::RetryAfter(wait) if this.layer.shared.budget.withdraw() => {
                            this.state.set(State::Waiting { sleep: tokio::time::sleep(wait) });
                        }
                        RetryDecision::RetryAfter(_) | RetryDecision::Stop => return Poll::Ready(result),
                    }
                }
                StateProjection::Waiting { sleep } => {
                    ready!(sleep.poll(context));
                    this.state.set(State::WaitingForReady);
                }
                StateProjection::WaitingForReady => {
                    let Some(retry) = this.retry.as_mut() else { return Poll::Pending };
                    ready!(retry.inner.poll_ready(context)).map_err(Error::not_ready)?;
                    let request = retry.request.clone();
                    *this.attempt = this.attempt.saturating_add(1);
                    if let Some(span) = request.body().span() {
                        span.record("attempts", *this.attempt);
                    }
                    let below = retry.inner.call(request);
                    this.state.set(State::Sent { below });
                }
            }
        }
    }
}
