//! The bodies of requests and responses.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;
use tracing::Span;

use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::Operation;
use crate::send_by::SendBy;

/// The body of a request, entirely in memory, so that its length is known and it can be recorded.
///
/// It also carries the call's operation, deadline, latest instant and span for the layers, beside the bytes. (Request
/// extensions would cost an allocation each time.) A layer that derives a request from another keeps the
/// body, or replaces its bytes with [`with_bytes`](Self::with_bytes).
#[derive(Clone, Default)]
pub struct RequestBody {
    bytes: Bytes,
    operation: Option<Operation>,
    deadline: Option<Instant>,
    send_by: Option<SendBy>,
    span: Option<Span>,
}

impl RequestBody {
    /// Creates a body of these bytes, without an operation.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), operation: None, deadline: None, send_by: None, span: None }
    }

    /// Sets the operation that the request belongs to.
    #[must_use]
    pub fn of_call(self, operation: Operation) -> Self {
        Self { operation: Some(operation), ..self }
    }

    /// Replaces the bytes and keeps the rest.
    #[must_use]
    pub fn with_bytes(self, bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), ..self }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The operation, or `None` if the request is not a [`Client`](crate::Client)'s.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// The latest instant at which the request may leave, or `None` if it may leave at any time. The client checks it
    /// before it calls the transport. A transport that connects first checks it again right before the first byte, and
    /// returns [`NotSent`](crate::NotSent) if it [is over](SendBy::is_over). The body itself fails with
    /// [`Overdue`](crate::ErrorKind::Overdue) if it is read later.
    #[must_use]
    pub fn send_by(&self) -> Option<&SendBy> {
        self.send_by.as_ref()
    }

    /// The deadline of the whole call.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The `tracing` span of the call.
    pub(crate) fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    pub(crate) fn set_bytes(&mut self, bytes: Bytes) {
        self.bytes = bytes;
    }

    pub(crate) fn set_send_by(&mut self, send_by: Option<SendBy>) {
        self.send_by = send_by;
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
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let bytes = std::mem::take(&mut self.bytes);
        // A connection reads the body right before it writes, over HTTP/1.1 before the first byte of the head. Over
        // HTTP/2 the head may have left.
        if !bytes.is_empty() && self.send_by.as_ref().is_some_and(SendBy::is_over) {
            return Poll::Ready(Some(Err(Error::new(ErrorKind::Overdue, Delivery::MaybeSent))));
        }
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// A request, as layers and transports get it.
pub type HttpRequest = http::Request<RequestBody>;

/// A response with its whole body, as layers above the transport get it.
pub type HttpResponse = http::Response<Bytes>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_a_body_does_not_print() {
        let body = RequestBody::new("amount=150000");
        assert_eq!(format!("{body:?}"), "RequestBody { length: 13, operation: None, .. }");
    }

    #[test]
    fn the_exact_length_is_known_until_it_is_read() {
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
