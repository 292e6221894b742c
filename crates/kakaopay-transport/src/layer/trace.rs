//! Tells what was called and what came of it, and nothing that is anybody's secret.

use std::pin::Pin;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;
use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use crate::body::Request;
use crate::error::{BoxError, Error};
use crate::operation::Operation;
use crate::response::request_id;

/// Tells what was called and what came of it.
///
/// A `tracing` span named `omise` at level debug has the fields `operation`, `status`, `request_id`
/// and `outcome`, and one event at its end. No body, no header, and no path, since paths have
/// identifiers in them. `outcome` is `answered`, or the [`ErrorKind`](crate::ErrorKind) of what
/// went wrong below; what the answer says is for whoever reads it.
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

impl<S, B> Service<Request> for Trace<S>
where
    S: Service<Request, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = http::Response<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<B>, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let operation = request.extensions().get::<Operation>().map_or("", |operation| operation.name);
        let span =
            tracing::debug_span!("omise", operation, status = Empty, request_id = Empty, outcome = Empty);
        let answer = span.in_scope(|| self.0.call(request));
        let recorded = span.clone();
        Box::pin(
            async move {
                let result = answer.await.map_err(Error::of_service);
                record(&recorded, &result);
                result
            }
            .instrument(span),
        )
    }
}

fn record<B>(span: &Span, result: &Result<http::Response<B>, Error>) {
    if span.is_disabled() {
        return;
    }
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
        Err(error) => span.record("outcome", debug(error.kind())),
    };
    tracing::debug!("the call ended");
}
