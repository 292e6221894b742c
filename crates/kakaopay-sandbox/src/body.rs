//! Response bodies: immediate, slow, truncated or streamed.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::Sleep;

use crate::connection_dropped::ConnectionDropped;

/// Number of chunks in a slow body of at least as many bytes.
const PIECES: usize = 8;

/// A response body. It is complete at once, unless a [`FaultRule`](crate::FaultRule) slows or truncates it, or it
/// is an event stream.
pub struct SandboxBody(Kind);

enum Kind {
    /// The unsent bytes.
    Whole(Bytes),
    Slow(Slow),
    Cut(Cut),
    Streamed(Pin<Box<dyn Body<Data = Bytes, Error = ConnectionDropped> + Send>>),
}

/// A body sent in chunks, with a pause between them.
struct Slow {
    left: Bytes,
    piece: usize,
    pause: Duration,
    /// Whether the first chunk, which needs no pause, was sent.
    begun: bool,
    /// The current pause. It starts when the next chunk is polled.
    wait: Option<Pin<Box<Sleep>>>,
}

/// A body that breaks off in the middle.
struct Cut {
    /// The unsent bytes.
    left: Bytes,
    /// Remaining bytes according to `Content-Length`.
    promised: u64,
    /// Whether the server had a chance to flush the bytes before.
    paused: bool,
}

impl SandboxBody {
    /// Creates a body in chunks, with `pause` of tokio's time between them.
    pub(crate) fn slow(bytes: Bytes, pause: Duration) -> Self {
        let piece = bytes.len().div_ceil(PIECES);
        Self(Kind::Slow(Slow { left: bytes, piece, pause, begun: false, wait: None }))
    }

    /// Creates a body that promises all bytes and breaks off after the first half.
    pub(crate) fn cut(bytes: &Bytes) -> Self {
        let promised = length(bytes);
        Self(Kind::Cut(Cut { left: bytes.slice(..bytes.len() / 2), promised, paused: false }))
    }

    /// The unsent bytes; `None` for an event stream.
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Whole(left) => Some(left),
            Kind::Slow(slow) => Some(&slow.left),
            Kind::Cut(cut) => Some(&cut.left),
            Kind::Streamed(_) => None,
        }
    }

    /// Creates a body that forwards the frames of another body.
    pub fn streamed(body: impl Body<Data = Bytes, Error = Infallible> + Send + 'static) -> Self {
        Self(Kind::Streamed(Box::pin(body.map_err(|never| match never {}))))
    }
}

impl From<Bytes> for SandboxBody {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Whole(bytes))
    }
}

impl fmt::Debug for SandboxBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBody").finish_non_exhaustive()
    }
}

impl Body for SandboxBody {
    type Data = Bytes;
    type Error = ConnectionDropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionDropped>>> {
        match &mut self.0 {
            Kind::Whole(left) => Poll::Ready(piece(std::mem::take(left))),
            Kind::Slow(slow) => slow.poll(context).map(piece),
            Kind::Cut(cut) => cut.poll(context),
            Kind::Streamed(body) => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(left) => left.is_empty(),
            Kind::Slow(slow) => slow.left.is_empty(),
            Kind::Cut(_) => false,
            Kind::Streamed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(left) => SizeHint::with_exact(length(left)),
            Kind::Slow(slow) => SizeHint::with_exact(length(&slow.left)),
            Kind::Cut(cut) => SizeHint::with_exact(cut.promised),
            Kind::Streamed(body) => body.size_hint(),
        }
    }
}

impl Slow {
    /// Polls for the next chunk. An empty chunk ends the body.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Bytes> {
        if self.left.is_empty() {
            return Poll::Ready(Bytes::new());
        }
        if self.begun {
            let pause = self.pause;
            let wait = self.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
            std::task::ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        self.begun = true;
        Poll::Ready(self.left.split_to(self.piece.min(self.left.len())))
    }
}

impl Cut {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ConnectionDropped>>> {
        if !self.left.is_empty() {
            let left = std::mem::take(&mut self.left);
            self.promised = self.promised.saturating_sub(length(&left));
            return Poll::Ready(piece(left));
        }
        if !self.paused {
            // A server that receives the error at once closes the connection without flushing.
            self.paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(ConnectionDropped::MidResponse)))
    }
}

fn piece(bytes: Bytes) -> Option<Result<Frame<Bytes>, ConnectionDropped>> {
    (!bytes.is_empty()).then(|| Ok(Frame::data(bytes)))
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use tokio::time::Instant;

    use super::*;

    /// Reads all chunks with their times in milliseconds, up to the first error.
    async fn pieces(mut body: SandboxBody) -> (Vec<(String, u128)>, Option<ConnectionDropped>) {
        let start = Instant::now();
        let mut pieces = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
                    pieces.push((text, start.elapsed().as_millis()));
                }
                Err(dropped) => return (pieces, Some(dropped)),
            }
        }
        assert!(body.is_end_stream());
        (pieces, None)
    }

    fn one(text: &str) -> Vec<(String, u128)> {
        vec![(text.to_owned(), 0)]
    }

    #[tokio::test(start_paused = true)]
    async fn f23_a_slow_body_has_chunks_with_pauses() {
        let pause = Duration::from_millis(500);
        let body = SandboxBody::slow(Bytes::from_static(b"aabbccddeeffgghh"), pause);
        assert_eq!(body.size_hint().exact(), Some(16));
        let (received, dropped) = pieces(body).await;
        assert_eq!((received.len(), dropped), (8, None));
        assert_eq!((&received[0], &received[7]), (&("aa".to_owned(), 0), &("hh".to_owned(), 3_500)));
        let (few, _) = pieces(SandboxBody::slow(Bytes::from_static(b"ab"), pause)).await;
        assert_eq!(few, [("a".to_owned(), 0), ("b".to_owned(), 500)]);
        assert_eq!(pieces(SandboxBody::slow(Bytes::new(), pause)).await, (Vec::new(), None));
    }

    #[tokio::test]
    async fn f22_a_reset_body_announces_more_than_it_sends() {
        for (text, half) in [("abcd", one("ab")), ("abc", one("a")), ("a", Vec::new()), ("", Vec::new())] {
            let body = SandboxBody::cut(&Bytes::from(text));
            assert_eq!(body.size_hint().exact(), u64::try_from(text.len()).ok());
            assert_eq!(pieces(body).await, (half, Some(ConnectionDropped::MidResponse)), "{text}");
        }
    }

    #[tokio::test]
    async fn a_complete_body_is_sent_in_one_chunk() {
        for bytes in [Bytes::from_static(b"ab"), Bytes::new()] {
            let whole = SandboxBody::from(bytes.clone());
            assert_eq!(whole.size_hint().exact(), Some(length(&bytes)));
            assert_eq!(whole.is_end_stream(), bytes.is_empty());
            let streamed = SandboxBody::streamed(Full::new(bytes.clone()));
            assert_eq!(streamed.size_hint().exact(), Some(length(&bytes)));
            assert_eq!(pieces(whole).await, pieces(streamed).await);
        }
        assert_eq!(pieces(SandboxBody::from(Bytes::from_static(b"ab"))).await, (one("ab"), None));
    }
}
