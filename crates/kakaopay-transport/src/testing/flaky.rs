//! An unreliable network.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::StatusCode;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::{BoxError, NotSent};

/// An unreliable network: each request succeeds, is not sent, is lost, is carried out without a response, or
/// fails with status 503.
///
/// Use it to check invariants. A seed makes failures reproducible; clones share the random generator.
#[derive(Debug, Clone)]
pub struct Flaky<S> {
    inner: S,
    random: Arc<Mutex<fastrand::Rng>>,
    success_percent: u8,
}

enum Fault {
    NotSent,
    RequestLost,
    ResponseLost,
    Unavailable,
}

impl<S> Flaky<S> {
    /// Creates a network with this seed, in which 60 % of requests succeed.
    #[must_use]
    pub fn new(inner: S, seed: u64) -> Self {
        let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        Self { inner, random, success_percent: 60 }
    }

    /// Sets the percentage of requests that succeed.
    #[must_use]
    pub fn success_rate(self, percent: u8) -> Self {
        Self { success_percent: percent, ..self }
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if random.u8(0..100) < self.success_percent {
            return None;
        }
        Some(match random.u8(0..4) {
            0 => Fault::NotSent,
            1 => Fault::RequestLost,
            2 => Fault::ResponseLost,
            _ => Fault::Unavailable,
        })
    }
}

impl<S, B> Service<HttpRequest> for Flaky<S>
where
    S: Service<HttpRequest, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Default + Send + 'static,
{
    type Response = http::Response<B>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<B>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        match self.next_fault() {
            None => {
                let response = self.inner.call(request);
                Box::pin(async { response.await.map_err(Into::into) })
            }
            Some(Fault::NotSent) => Box::pin(async { Err(NotSent("no connection".into()).into()) }),
            Some(Fault::RequestLost) => Box::pin(async { Err("the connection was reset".into()) }),
            Some(Fault::ResponseLost) => {
                let response = self.inner.call(request);
                Box::pin(async {
                    response.await.map_err(Into::into)?;
                    Err("the connection was reset before the response".into())
                })
            }
            Some(Fault::Unavailable) => Box::pin(async {
                let mut response = http::Response::new(B::default());
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                Ok(response)
            }),
        }
    }
}
