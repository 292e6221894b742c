//! A server's end of a connection that records the bytes, and fails where the test says so.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Where a connection goes wrong, in bytes as they lie on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Point {
    /// When the server has read so many.
    Read(usize),
    /// When the server has written so many.
    Written(usize),
}

/// A fault of the connection.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    Close,
    Stall,
    /// These bytes are written, and then it is closed.
    Garbage(Vec<u8>),
}

/// The server's end.
pub(crate) struct Tap<S> {
    inner: S,
    kept: Arc<Mutex<Vec<u8>>>,
    fault: Option<(Point, Fault)>,
    read: usize,
    written: usize,
}

impl<S> Tap<S> {
    pub(crate) fn new(inner: S, kept: &Arc<Mutex<Vec<u8>>>, fault: Option<(Point, Fault)>) -> Self {
        Self { inner, kept: Arc::clone(kept), fault, read: 0, written: 0 }
    }

    /// How many bytes may still be read, and written, before it goes wrong.
    fn left(&self) -> (usize, usize) {
        match self.fault {
            Some((Point::Read(at), _)) => (at.saturating_sub(self.read), usize::MAX),
            Some((Point::Written(at), _)) => (usize::MAX, at.saturating_sub(self.written)),
            None => (usize::MAX, usize::MAX),
        }
    }

    fn is_broken(&self) -> bool {
        let (read, written) = self.left();
        read == 0 || written == 0
    }
}

impl<S: AsyncWrite + Unpin> Tap<S> {
    /// It goes wrong. Closed when this is ready.
    fn poll_broken(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.fault {
            Some((_, Fault::Stall)) => Poll::Pending,
            Some((_, Fault::Garbage(bytes))) => {
                let bytes = std::mem::take(bytes);
                // What does not fit is as good as not sent.
                let _ = Pin::new(&mut self.inner).poll_write(context, &bytes);
                Poll::Ready(())
            }
            Some((_, Fault::Close)) | None => Poll::Ready(()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_broken() {
            ready!(self.poll_broken(context));
            return Poll::Ready(Ok(()));
        }
        let mut part = vec![0; buffer.remaining().min(self.left().0)];
        let mut read = ReadBuf::new(&mut part);
        ready!(Pin::new(&mut self.inner).poll_read(context, &mut read))?;
        self.read += read.filled().len();
        self.kept.lock().expect("a lock").extend_from_slice(read.filled());
        buffer.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_broken() {
            ready!(self.poll_broken(context));
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let part = &bytes[..bytes.len().min(self.left().1)];
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        self.written += written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
