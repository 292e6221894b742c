//! Carries requests out and loses the answers.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tower_service::Service;

use crate::body::Request;
use crate::error::BoxError;

/// Passes requests on to a service below, and loses the answers to the first few.
///
/// Use when a test is about what happens when the service has done its work and nobody knows.
#[derive(Debug, Clone)]
pub struct LoseResponse<S> {
    inner: S,
    left: Arc<AtomicUsize>,
    method: Option<http::Method>,
    path_end: &'static str,
}

impl<S> LoseResponse<S> {
    /// Loses this many answers, then none.
    pub fn new(inner: S, answers: usize) -> Self {
        Self { inner, left: Arc::new(AtomicUsize::new(answers)), method: None, path_end: "" }
    }

    /// Only loses answers to requests of this method.
    #[must_use]
    pub fn only(self, method: http::Method) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Only loses answers to requests whose path ends like this.
    #[must_use]
    pub fn at(self, path_end: &'static str) -> Self {
        Self { path_end, ..self }
    }
}

impl<S> Service<Request> for LoseResponse<S>
where
    S: Service<Request>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    S::Response: Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let concerned = self.method.as_ref().is_none_or(|method| request.method() == method)
            && request.uri().path().ends_with(self.path_end);
        let take = |left: usize| left.checked_sub(1);
        let lose = concerned && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await.map_err(Into::into)?;
            if lose { Err("the connection was reset before the answer came".into()) } else { Ok(response) }
        })
    }
}
