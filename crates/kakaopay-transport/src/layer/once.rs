//! Lets what changes something leave once.

use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::body::Request;
use crate::error::{BoxError, Delivery, Error, ErrorKind};
use crate::layer::answer::ResponseFuture;

/// Lets a request that changes something leave once, and refuses any clone of it.
///
/// The API has no idempotency key: whoever retries a creation may pay twice. No layer here does; this
/// one stands below all of them and keeps a layer of your own above it from doing so.
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

impl<S> Service<Request> for SendOnce<S>
where
    S: Service<Request>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.body().operation().is_none_or(|operation| operation.leave()) {
            return ResponseFuture::passed(self.0.call(request));
        }
        // The first one has left, and this answer may be taken for that one's.
        ResponseFuture::stopped(Error::new(ErrorKind::DuplicateSend, Delivery::MaybeSent))
    }
}
