//! The retry layer and its service.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use fastrand::Rng;
use tower_layer::Layer;
use tower_service::Service;

use super::budget::Budget;
use super::future::{NextAttempt, RetryFuture};
use super::policy::RetryPolicy;
use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Error};

/// Retries reads after transient failures.
///
/// Mutations pass through and are never retried; no setting changes that. All clones share one budget:
/// retries are at most a fifth of all calls, plus a reserve of ten. It needs a tokio runtime with its timer.
#[derive(Debug, Clone)]
pub struct RetryLayer {
    pub(super) policy: RetryPolicy,
    pub(super) shared: Arc<Shared>,
}

/// State shared by all clones.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) budget: Budget,
    random: Mutex<Rng>,
}

impl Shared {
    /// Returns a random number for the jitter.
    pub(super) fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}

impl RetryLayer {
    /// Retries by this policy.
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        let shared = Shared { budget: Budget::default(), random: Mutex::new(Rng::new()) };
        Self { policy, shared: Arc::new(shared) }
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry { inner, layer: self.clone() }
    }
}

/// The service of [`RetryLayer`].
#[derive(Debug, Clone)]
pub struct Retry<S> {
    inner: S,
    layer: RetryLayer,
}

impl<S> Service<HttpRequest> for Retry<S>
where
    S: Service<HttpRequest, Response = HttpResponse> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = RetryFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: HttpRequest) -> RetryFuture<S> {
        let idempotent = request.body().operation().is_some_and(|operation| operation.is_idempotent());
        let retry = (idempotent && self.layer.policy.attempts > 1).then(|| {
            self.layer.shared.budget.deposit();
            NextAttempt { request: request.clone(), inner: self.inner.clone() }
        });
        RetryFuture::new(self.inner.call(request), retry, &self.layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clients_have_different_jitter() {
        let random = || RetryLayer::new(RetryPolicy::default()).shared.random();
        assert_ne!(random(), random());
    }
}
