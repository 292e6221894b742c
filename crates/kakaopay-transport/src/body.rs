//! The bodies that go through a client.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;
use tracing::Span;

use crate::operation::Operation;

/// The body of a request: whole and in memory, so that its length is known and it can be recorded.
///
/// It also carries what the layers know of the call, beside the bytes and never among them:
/// extensions of the request would do as well, and ask for memory each time. A layer that makes a
/// new request of an old one keeps the body, or changes its bytes with
/// [`with_bytes`](Self::with_bytes).
#[derive(Clone, Default)]
pub struct RequestBody {
    bytes: Bytes,
    operation: Option<Operation>,
    deadline: Option<Instant>,
    span: Option<Span>,
}

impl RequestBody {
    /// A body of these bytes, of no call that is known.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), operation: None, deadline: None, span: None }
    }

    /// The same with the call it belongs to.
    #[must_use]
    pub fn of_call(self, operation: Operation) -> Self {
        Self { operation: Some(operation), ..self }
    }

    /// The same call with other bytes.
    #[must_use]
    pub fn with_bytes(self, bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), ..self }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The call it belongs to, if a [`Client`](crate::Client) makes it.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// When the whole of the call must have ended.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// In which the call is told.
    pub(crate) fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    pub(crate) fn set_bytes(&mut self, bytes: Bytes) {
        self.bytes = bytes;
    }

    pub(crate) fn set_span(&mut self, span: Span) {
        self.span = Some(span);
    }

    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody")
            .field("length", &self.bytes.len())
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

impl<T: Into<Bytes>> From<T> for RequestBody {
    fn from(bytes: T) -> Self {
        Self::new(bytes)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// A request as the layers and the wire see it.
pub type Request = http::Request<RequestBody>;

/// A response as the layers above the wire see it: read to its end.
pub type Response = http::Response<Bytes>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_a_body_does_not_print() {
        let body = RequestBody::new("amount=150000");
        assert_eq!(format!("{body:?}"), "RequestBody { length: 13, operation: None, .. }");
    }

    #[test]
    fn its_length_is_known_until_it_was_read() {
        let mut body = RequestBody::from("abc");
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(3), false));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else {
            panic!("a frame")
        };
        assert_eq!(frame.into_data().expect("data"), "abc");
        assert!(body.is_end_stream() && Pin::new(&mut body).poll_frame(&mut context).is_ready());
    }
}
