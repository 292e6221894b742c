//! Adds the operation to errors.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::{BoxError, Error};

/// Adds the operation's name to every error from below, and whether the operation is idempotent.
///
/// The operation is read from the request's body ([`RequestBody::operation`](crate::RequestBody)); a request
/// without one counts as a mutation.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "has nothing to set")]
pub struct OperationLayer;

impl<S> Layer<S> for OperationLayer {
    type Service = OperationService<S>;

    fn layer(&self, inner: S) -> OperationService<S> {
        OperationService(inner)
    }
}

/// The service of [`OperationLayer`].
#[derive(Debug, Clone)]
pub struct OperationService<S>(S);

impl<S> Service<HttpRequest> for OperationService<S>
where
    S: Service<HttpRequest>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = OperationFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let operation = request.body().operation();
        let name = operation.map_or("", |operation| operation.name());
        let idempotent = operation.is_some_and(|operation| operation.is_idempotent());
        OperationFuture { below: self.0.call(request), name, idempotent }
    }
}

pin_project! {
    /// The future of [`OperationService`].
    #[derive(Debug)]
    pub struct OperationFuture<F> {
        #[pin]
        below: F,
        name: &'static str,
        idempotent: bool,
    }
}

impl<F, T, E> Future for OperationFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, Error>> {
        let this = self.project();
        let of_call = |error: E| Error::of_service(error).of_call(this.name, *this.idempotent);
        this.below.poll(context).map_err(of_call)
    }
}
