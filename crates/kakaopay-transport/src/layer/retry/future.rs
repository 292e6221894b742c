//! The attempts of one call.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
use tower_service::Service;

use super::policy::{Decision, RetryPolicy};
use super::service::{Shared, copy_of};
use crate::body::{Request, Response};
use crate::error::{BoxError, Error};

pin_project! {
    /// The future of [`Retry`](super::Retry).
    pub struct RetryFuture<S: Service<Request>> {
        #[pin]
        state: State<S::Future>,
        inner: S,
        // What to send again, if it may be.
        again: Option<Request>,
        attempt: u32,
        policy: RetryPolicy,
        shared: Arc<Shared>,
    }
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
    pub(super) fn new(
        below: S::Future,
        inner: S,
        again: Option<Request>,
        policy: RetryPolicy,
        shared: &Arc<Shared>,
    ) -> Self {
        Self { state: State::Sent { below }, inner, again, attempt: 1, policy, shared: Arc::clone(shared) }
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
                    let Some(request) = this.again.as_ref() else { return Poll::Ready(outcome) };
                    let left = request.body().deadline().map(|end| end.duration_since(Instant::now()));
                    let random = if outcome.as_ref().is_ok_and(|response| response.status().is_success()) {
                        0
                    } else {
                        this.shared.random()
                    };
                    match this.policy.decide(*this.attempt, &outcome, left, random) {
                        Decision::Wait(wait) if this.shared.budget.take() => {
                            this.state.set(State::Waiting { sleep: tokio::time::sleep(wait) });
                        }
                        Decision::Wait(_) | Decision::Stop => return Poll::Ready(outcome),
                    }
                }
                StateProjection::Waiting { sleep } => {
                    ready!(sleep.poll(context));
                    this.state.set(State::Readying);
                }
                StateProjection::Readying => {
                    ready!(this.inner.poll_ready(context)).map_err(Error::not_ready)?;
                    let Some(request) = this.again.as_ref().map(copy_of) else { return Poll::Pending };
                    *this.attempt = this.attempt.saturating_add(1);
                    if let Some(span) = request.body().span() {
                        span.record("attempts", *this.attempt);
                    }
                    let below = this.inner.call(request);
                    this.state.set(State::Sent { below });
                }
            }
        }
    }
}
