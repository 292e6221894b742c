//! The future of a layer that lets a request through, or does not.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::{BoxError, Error};

pin_project! {
    /// The answer of the service below, or an error of the layer's own in its place.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        below: Option<F>,
        stopped: Option<Error>,
    }
}

impl<F> ResponseFuture<F> {
    /// The service below answers.
    pub(super) fn passed(below: F) -> Self {
        Self { below: Some(below), stopped: None }
    }

    /// The layer did not let the request through.
    pub(super) fn stopped(error: Error) -> Self {
        Self { below: None, stopped: Some(error) }
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
        match (this.below.as_pin_mut(), this.stopped.take()) {
            (Some(below), _) => below.poll(context).map_err(Error::of_service),
            (None, Some(error)) => Poll::Ready(Err(error)),
            (None, None) => Poll::Pending,
        }
    }
}
