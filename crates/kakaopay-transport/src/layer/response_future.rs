//! The future of a layer that passes a request on or rejects it.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::{BoxError, Error};

pin_project! {
    /// Resolves to the response of the service below, or to an error of the layer itself.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        below: Option<F>,
        rejected: Option<Error>,
    }
}

impl<F> ResponseFuture<F> {
    /// Resolves like the future of the service below.
    pub(super) fn passed(below: F) -> Self {
        Self { below: Some(below), rejected: None }
    }

    /// Resolves to an error of the layer, which did not pass the request on.
    pub(super) fn rejected(error: Error) -> Self {
        Self { below: None, rejected: Some(error) }
    }
}

impl<F, T, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, Error>> {
        let this = self.project();
        match (this.below.as_pin_mut(), this.rejected.take()) {
            (Some(below), _) => below.poll(context).map_err(Error::of_service),
            (None, Some(error)) => Poll::Ready(Err(error)),
            (None, None) => Poll::Pending,
        }
    }
}
