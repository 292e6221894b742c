//! Timeout of request bodies.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

/// A body that fails if it is not complete in time. A slow one would otherwise occupy its connection forever.
#[derive(Debug)]
pub(super) struct BodyTimeout<B> {
    body: Pin<Box<B>>,
    time: Duration,
    /// The timer. It starts when the body is first pending: a complete body needs none.
    end: Option<Pin<Box<Sleep>>>,
}

impl<B> BodyTimeout<B> {
    pub(super) fn new(body: B, time: Duration) -> Self {
        Self { body: Box::pin(body), time, end: None }
    }
}

impl<B> Body for BodyTimeout<B>
where
    B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    type Data = B::Data;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, Self::Error>>> {
        if let Poll::Ready(frame) = self.body.as_mut().poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let time = self.time;
        let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        end.as_mut().poll(context).map(|()| Some(Err(Box::new(TooSlow) as Self::Error)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body was not received in time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the request body was not received in time")]
pub(super) struct TooSlow;
