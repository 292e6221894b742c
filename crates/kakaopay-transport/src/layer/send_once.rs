//! Sends each mutation at most once, and none too late.

use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::{BoxError, Delivery, Error, ErrorKind};
use crate::layer::response_future::ResponseFuture;
use crate::send_by::SendBy;

/// Passes each mutation on once, and rejects any clone of it. Rejects a request beyond
/// [its latest instant](crate::RequestBody::send_by).
///
/// The API has no idempotency key: a retried creation may charge the buyer twice. No layer of this crate
/// retries one; this layer stops layers of your own above it from doing so.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "has nothing to set")]
pub struct SendOnceLayer;

impl<S> Layer<S> for SendOnceLayer {
    type Service = SendOnce<S>;

    fn layer(&self, inner: S) -> SendOnce<S> {
        SendOnce(inner)
    }
}

/// The service of [`SendOnceLayer`].
#[derive(Debug, Clone)]
pub struct SendOnce<S>(S);

impl<S> Service<HttpRequest> for SendOnce<S>
where
    S: Service<HttpRequest>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        if request.body().send_by().is_some_and(SendBy::is_over) {
            return ResponseFuture::rejected(Error::overdue());
        }
        if request.body().operation().is_none_or(|operation| operation.mark_sent()) {
            return ResponseFuture::passed(self.0.call(request));
        }
        // The first request was sent, and the caller may take this error for its result.
        ResponseFuture::rejected(Error::new(ErrorKind::DuplicateSend, Delivery::MaybeSent))
    }
}
