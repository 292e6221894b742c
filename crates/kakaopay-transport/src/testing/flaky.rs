//! A network of which nothing is sure.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::StatusCode;
use tower_service::Service;

use crate::body::Request;
use crate::error::{BoxError, NotSent};

/// Does to each request what a bad network does: nothing, not send it, lose it, carry it out and lose the
/// answer, or answer for the service that it is unavailable.
///
/// Use when a test is about what holds whatever happens. A seed decides, so that a failure comes again;
/// clones share what it has decided.
#[derive(Debug, Clone)]
pub struct Flaky<S> {
    inner: S,
    random: Arc<Mutex<fastrand::Rng>>,
    good: u8,
}

enum Fate {
    Good,
    NotSent,
    Lost,
    AnswerLost,
    Unavailable,
}

impl<S> Flaky<S> {
    /// A network of this seed, in which three of five requests fare well.
    #[must_use]
    pub fn new(inner: S, seed: u64) -> Self {
        Self { inner, random: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))), good: 60 }
    }

    /// Of a hundred requests, as many fare well.
    #[must_use]
    pub fn success_rate(self, percent: u8) -> Self {
        Self { good: percent, ..self }
    }

    fn fate(&self) -> Fate {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if random.u8(0..100) < self.good {
            return Fate::Good;
        }
        match random.u8(0..4) {
            0 => Fate::NotSent,
            1 => Fate::Lost,
            2 => Fate::AnswerLost,
            _ => Fate::Unavailable,
        }
    }
}

impl<S, B> Service<Request> for Flaky<S>
where
    S: Service<Request, Response = http::Response<B>>,
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

    fn call(&mut self, request: Request) -> Self::Future {
        match self.fate() {
            Fate::Good => {
                let answer = self.inner.call(request);
                Box::pin(async { answer.await.map_err(Into::into) })
            }
            Fate::NotSent => Box::pin(async { Err(NotSent("no connection".into()).into()) }),
            Fate::Lost => Box::pin(async { Err("the connection was reset".into()) }),
            Fate::AnswerLost => {
                let answer = self.inner.call(request);
                Box::pin(async {
                    answer.await.map_err(Into::into)?;
                    Err("the connection was reset before the answer came".into())
                })
            }
            Fate::Unavailable => Box::pin(async {
                let mut response = http::Response::new(B::default());
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                Ok(response)
            }),
        }
    }
}
