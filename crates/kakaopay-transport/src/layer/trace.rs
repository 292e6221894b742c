//! Records calls with `tracing`, without secrets.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Span;
use tracing::field::{Empty, debug};

use crate::body::HttpRequest;
use crate::error::{BoxError, Error};
use crate::response::request_id;

/// Records each call in a `tracing` span and an event at its end.
///
/// The span is named `omise`, has level debug, and has the fields `operation`, `otel.name` (the same value,
/// which OpenTelemetry uses as the span's name), `attempts` (only if more than one), `status`, `request_id`
/// and `outcome`. `outcome` is `answered`, with any status, or the [`ErrorKind`](crate::ErrorKind) from
/// below. Bodies, headers and paths are not recorded, since paths contain ids.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "has nothing to set")]
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

impl<S, B> Service<HttpRequest> for Trace<S>
where
    S: Service<HttpRequest, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
{
    type Response = http::Response<B>;
    type Error = Error;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let operation = request.body().operation().map_or("", |operation| operation.name());
        let span = tracing::debug_span!(
            "omise.request",
            operation,
            otel.name = operation,
            attempts = Empty,
            status = Empty,
            request_id = Empty,
            outcome = Empty,
        );
        if !span.is_disabled() {
            request.body_mut().set_span(span.clone());
        }
        let below = span.in_scope(|| self.0.call(request));
        TraceFuture { below, span }
    }
}

pin_project! {
    /// The future of [`Trace`].
    #[derive(Debug)]
    pub struct TraceFuture<F> {
        #[pin]
        below: F,
        span: Span,
    }
}

impl<F, B, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<http::Response<B>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let _inside = this.span.enter();
        let result = ready!(this.below.poll(context)).map_err(Error::of_service);
        record(this.span, &result);
        Poll::Ready(result)
    }
}

fn record<B>(span: &Span, result: &Result<http::Response<B>, Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, id) = match result {
        Ok(response) => (Some(response.status()), request_id(response.headers())),
        Err(error) => (error.status(), error.request_id()),
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
    tracing::debug!("request finished");
}
