//! Tells what was called and what came of it, and nothing that is anybody's secret.

use std::pin::Pin;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;
use tracing::Instrument;

use crate::body::{Request, Response};
use crate::error::Error;
use crate::operation::Operation;
use crate::response::request_id;

/// Tells what was called and what came of it, as a `tracing` span named `omise` with the fields
/// `operation`, `status`, `request_id` and `outcome`. No body, no header, and no path, since paths
/// have identifiers in them.
#[derive(Debug, Clone, Copy, Default)]
pub struct TraceLayer;

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace(inner)
    }
}

/// The service of [`TraceLayer`].
#[derive(Debug, Clone)]
pub struct Trace<S>(S);

impl<S> Service<Request> for Trace<S>
where
    S: Service<Request, Response = Response, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let operation = request.extensions().get::<Operation>().map_or("", |operation| operation.name);
        let span = tracing::debug_span!(
            "omise",
            operation,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        let answer = self.0.call(request);
        let recorded = span.clone();
        Box::pin(
            async move {
                let result = answer.await;
                record(&recorded, &result);
                result
            }
            .instrument(span),
        )
    }
}

fn record(span: &tracing::Span, result: &Result<Response, Error>) {
    let (status, id) = match result {
        Ok(response) => (Some(response.status()), request_id(response.headers())),
        Err(error) => (error.status(), error.request_id().map(str::to_owned)),
    };
    if let Some(status) = status {
        span.record("status", status.as_u16());
    }
    if let Some(id) = id {
        span.record("request_id", id);
    }
    match result {
        Ok(_) => span.record("outcome", "answered"),
        Err(error) => span.record("outcome", tracing::field::debug(error.kind())),
    };
}
