//! Collects response bodies up to a size limit.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::response::Parts;
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Error, ErrorKind};
use crate::response::request_id;

/// Collects the whole response body, up to a size limit. It stands right above the transport, so that the
/// layers above it get complete responses.
///
/// The error of a response that is cut off keeps the status and the request id, with delivery
/// [`Answered`](crate::Delivery::Answered): the service handled the request.
#[derive(Debug, Clone, Copy)]
pub struct CollectBodyLayer {
    max_bytes: usize,
}

impl CollectBodyLayer {
    /// Accepts bodies of at most this many bytes.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes }
    }
}

impl<S> Layer<S> for CollectBodyLayer {
    type Service = CollectBody<S>;

    fn layer(&self, inner: S) -> CollectBody<S> {
        CollectBody { inner, max_bytes: self.max_bytes }
    }
}

/// The service of [`CollectBodyLayer`].
#[derive(Debug, Clone)]
pub struct CollectBody<S> {
    inner: S,
    max_bytes: usize,
}

impl<S, B> Service<HttpRequest> for CollectBody<S>
where
    S: Service<HttpRequest, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = CollectBodyFuture<S::Future, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let state = State::Waiting { below: self.inner.call(request) };
        CollectBodyFuture { state, max_bytes: self.max_bytes }
    }
}

pin_project! {
    /// The future of [`CollectBody`].
    pub struct CollectBodyFuture<F, B> {
        #[pin]
        state: State<F, B>,
        max_bytes: usize,
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
        f.debug_struct("CollectBodyFuture").field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

impl<F, B, E> Future for CollectBodyFuture<F, B>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    E: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<HttpResponse, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProjection::Waiting { below } => {
                    let response = ready!(below.poll(context)).map_err(Error::of_service)?;
                    let (parts, body) = response.into_parts();
                    this.state.set(State::Reading { parts: Some(parts), read: Collected::Nothing, body });
                }
                StateProjection::Reading { parts, read, body } => {
                    let Some(head) = parts else { return Poll::Pending };
                    let error = |kind| Error::answered(kind, head.status, request_id(&head.headers));
                    // A body that declares itself too large is not read at all.
                    if body.size_hint().lower() > this.max_bytes.saturating_sub(read.len()) as u64 {
                        return Poll::Ready(Err(error(ErrorKind::TooLarge)));
                    }
                    match ready!(body.poll_frame(context)) {
                        None => {
                            let Some(parts) = parts.take() else { return Poll::Pending };
                            let body = std::mem::take(read).into_bytes();
                            return Poll::Ready(Ok(HttpResponse::from_parts(parts, body)));
                        }
                        Some(Err(source)) => {
                            return Poll::Ready(Err(error(ErrorKind::Transport).because(source)));
                        }
                        // Trailers are ignored.
                        Some(Ok(frame)) => {
                            if let Ok(data) = frame.into_data() {
                                if data.remaining() > this.max_bytes.saturating_sub(read.len()) {
                                    return Poll::Ready(Err(error(ErrorKind::TooLarge)));
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

/// Bytes read so far. Most bodies arrive in one frame, which is not copied.
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
