//! Reads the answer to its end, and no further than a cap.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::response::Parts;
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Request, Response};
use crate::error::{BoxError, Error, ErrorKind};
use crate::response::request_id;

/// Reads the answer to its end, and no further than a cap. It stands right above the wire: what is
/// above it sees whole answers.
///
/// An answer that breaks off was an answer all the same: its error keeps the status and the request
/// id, and says [`Answered`](crate::Delivery::Answered), though nobody could read what was said.
#[derive(Debug, Clone, Copy)]
pub struct CollectBodyLayer {
    cap: usize,
}

impl CollectBodyLayer {
    /// Reads this many bytes at the most.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self { cap }
    }
}

impl<S> Layer<S> for CollectBodyLayer {
    type Service = CollectBody<S>;

    fn layer(&self, inner: S) -> CollectBody<S> {
        CollectBody { inner, cap: self.cap }
    }
}

/// The service of [`CollectBodyLayer`].
#[derive(Debug, Clone)]
pub struct CollectBody<S> {
    inner: S,
    cap: usize,
}

impl<S, B> Service<Request> for CollectBody<S>
where
    S: Service<Request, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Error;
    type Future = CollectBodyFuture<S::Future, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        CollectBodyFuture { state: State::Waiting { below: self.inner.call(request) }, cap: self.cap }
    }
}

pin_project! {
    /// The future of [`Collect`].
    pub struct CollectBodyFuture<F, B> {
        #[pin]
        state: State<F, B>,
        cap: usize,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, B> {
        Waiting {
            #[pin]
            below: F,
        },
        Reading {
            parts: Option<Parts>,
            read: Collected,
            #[pin]
            body: B,
        },
    }
}

impl<F, B> std::fmt::Debug for CollectBodyFuture<F, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CollectBodyFuture").field("cap", &self.cap).finish_non_exhaustive()
    }
}

impl<F, B, E> Future for CollectBodyFuture<F, B>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    E: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProjection::Waiting { below } => {
                    let answer = ready!(below.poll(context)).map_err(Error::of_service)?;
                    let (parts, body) = answer.into_parts();
                    this.state.set(State::Reading { parts: Some(parts), read: Collected::Nothing, body });
                }
                StateProjection::Reading { parts, read, body } => {
                    let Some(known) = parts else { return Poll::Pending };
                    let broken = |kind| Error::answered(kind, known.status, request_id(&known.headers));
                    // What is announced to be too large need not come.
                    if body.size_hint().lower() > this.cap.saturating_sub(read.len()) as u64 {
                        return Poll::Ready(Err(broken(ErrorKind::TooLarge)));
                    }
                    match ready!(body.poll_frame(context)) {
                        None => {
                            let Some(parts) = parts.take() else { return Poll::Pending };
                            let body = std::mem::take(read).into_bytes();
                            return Poll::Ready(Ok(Response::from_parts(parts, body)));
                        }
                        Some(Err(error)) => {
                            return Poll::Ready(Err(broken(ErrorKind::Transport).because(error)));
                        }
                        // Trailers say nothing here.
                        Some(Ok(frame)) => {
                            if let Ok(data) = frame.into_data() {
                                if data.remaining() > this.cap.saturating_sub(read.len()) {
                                    return Poll::Ready(Err(broken(ErrorKind::TooLarge)));
                                }
                                read.add(data);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was read so far. Most answers come in one piece, which then is not copied.
#[derive(Default)]
enum Collected {
    #[default]
    Nothing,
    One(Bytes),
    More(BytesMut),
}

impl Collected {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(bytes) => bytes.len(),
            Self::More(bytes) => bytes.len(),
        }
    }

    fn add(&mut self, mut data: impl Buf) {
        *self = match std::mem::take(self) {
            Self::Nothing => Self::One(data.copy_to_bytes(data.remaining())),
            Self::One(first) => {
                let mut more = BytesMut::with_capacity(2 * (first.len() + data.remaining()));
                more.extend_from_slice(&first);
                more.put(data);
                Self::More(more)
            }
            Self::More(mut more) => {
                more.put(data);
                Self::More(more)
            }
        };
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::More(bytes) => bytes.freeze(),
        }
    }
}
