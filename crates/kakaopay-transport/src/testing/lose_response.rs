//! Loses responses.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::BoxError;

/// Passes requests on to the service below, and replaces the first few responses with an error.
///
/// Use it to test mutations that the service carried out and whose response was lost.
#[derive(Debug, Clone)]
pub struct LoseResponse<S> {
    inner: S,
    left: Arc<AtomicUsize>,
    method: Option<http::Method>,
    path_suffix: &'static str,
}

impl<S> LoseResponse<S> {
    /// Loses this many responses, then none.
    pub fn new(inner: S, responses: usize) -> Self {
        Self { inner, left: Arc::new(AtomicUsize::new(responses)), method: None, path_suffix: "" }
    }

    /// Loses only responses to requests of this method.
    #[must_use]
    pub fn only(self, method: http::Method) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Loses only responses to requests whose path ends like this.
    #[must_use]
    pub fn at(self, path_suffix: &'static str) -> Self {
        Self { path_suffix, ..self }
    }

    /// Returns how many responses are still to be lost. Zero proves that all of them were. Clones share the count.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

impl<S> Service<HttpRequest> for LoseResponse<S>
where
    S: Service<HttpRequest>,
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

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let matches = self.method.as_ref().is_none_or(|method| request.method() == method)
            && request.uri().path().ends_with(self.path_suffix);
        let take = |left: usize| left.checked_sub(1);
        let lose = matches && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok();
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await.map_err(Into::into)?;
            if lose { Err("the connection was reset before the response".into()) } else { Ok(response) }
        })
    }
}
