//! The layer, and its service.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use fastrand::Rng;
use tower_layer::Layer;
use tower_service::Service;

use super::budget::Budget;
use super::future::{Again, RetryFuture};
use super::policy::RetryPolicy;
use crate::body::{Request, Response};
use crate::error::{BoxError, Error};

/// Sends what only reads again, when that may help and costs little.
///
/// A call that changes something goes through untouched, whatever becomes of it: that cannot be
/// configured. All clones share one budget: further attempts are a fifth of all calls at the most,
/// beside ten that are always there. It needs a tokio runtime with its timer.
#[derive(Debug, Clone)]
pub struct RetryLayer {
    pub(super) policy: RetryPolicy,
    pub(super) shared: Arc<Shared>,
}

/// What all clones share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) budget: Budget,
    random: Mutex<Rng>,
}

impl Shared {
    /// The random number that decides how much of a wait is waited.
    pub(super) fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}

impl RetryLayer {
    /// Tries again as this says.
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

impl<S> Service<Request> for Retry<S>
where
    S: Service<Request, Response = Response> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Error;
    type Future = RetryFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: Request) -> RetryFuture<S> {
        let repeatable = request.body().operation().is_some_and(|operation| operation.is_idempotent());
        let again = (repeatable && self.layer.policy.attempts > 1).then(|| {
            self.layer.shared.budget.pay_in();
            Again { request: request.clone(), inner: self.inner.clone() }
        });
        RetryFuture::new(self.inner.call(request), again, &self.layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_clients_wait_alike() {
        let random = || RetryLayer::new(RetryPolicy::default()).shared.random();
        assert_ne!(random(), random());
    }
}
