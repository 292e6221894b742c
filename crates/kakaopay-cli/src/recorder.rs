//! Records a client's requests and response statuses, without headers: they contain the key.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use kakaopay::transport::{BoxError, HttpRequest};
use tower_service::Service;

/// A layer that records exchanges. Clones share one record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Exchange>>>);

/// A request and the status of its response.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) status: Option<u16>,
}

impl Exchange {
    /// The exchange on one line.
    pub(crate) fn line(&self) -> String {
        let status = self.status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
        match self.body.as_str() {
            "" => format!("{} {} → {status}", self.method, self.path),
            body => format!("{} {} {body} → {status}", self.method, self.path),
        }
    }
}

impl Recorder {
    /// Returns the exchanges since the last call.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Wraps a service so that its exchanges are recorded here.
    pub(crate) fn wrap<S>(&self, inner: S) -> Recording<S> {
        Recording { inner, recorder: self.clone() }
    }
}

/// The service of a [`Recorder`].
#[derive(Debug, Clone)]
pub(crate) struct Recording<S> {
    inner: S,
    recorder: Recorder,
}

impl<S, B> Service<HttpRequest> for Recording<S>
where
    S: Service<HttpRequest, Response = http::Response<B>, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        // `self.inner` is ready and is called now; its clone may not be ready.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let recorder = self.recorder.clone();
        Box::pin(async move {
            let mut exchange = Exchange {
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                body: String::from_utf8_lossy(request.body().bytes()).into_owned(),
                status: None,
            };
            let result = inner.call(request).await;
            exchange.status = result.as_ref().ok().map(|response| response.status().as_u16());
            recorder.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
            result
        })
    }
}
