//! The future of the limit layer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::StatusCode;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::places::Place;
use super::service::Shared;
use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Error};
use crate::layer::retry::retry_after;

/// Waits for a place.
type Waiting = Pin<Box<dyn Future<Output = Result<Place, Error>> + Send>>;

pin_project! {
    /// The future of [`Limit`](super::Limit).
    pub struct LimitFuture<S: Service<HttpRequest>> {
        #[pin]
        state: State<S, S::Future>,
        place: Option<Place>,
        shared: Arc<Shared>,
        is_read: bool,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F> {
        Waiting {
            waiting: Waiting,
            inner: S,
            request: Option<HttpRequest>,
        },
        WaitingForReady {
            inner: S,
            request: Option<HttpRequest>,
        },
        Sent {
            #[pin]
            below: F,
        },
    }
}

impl<S: Service<HttpRequest>> LimitFuture<S> {
    pub(super) fn sent(below: S::Future, place: Place, shared: Arc<Shared>, is_read: bool) -> Self {
        Self { state: State::Sent { below }, place: Some(place), shared, is_read }
    }

    pub(super) fn waiting(
        waiting: Waiting,
        inner: S,
        request: HttpRequest,
        shared: Arc<Shared>,
        is_read: bool,
    ) -> Self {
        let state = State::Waiting { waiting, inner, request: Some(request) };
        Self { state, place: None, shared, is_read }
    }
}

impl<S: Service<HttpRequest>> std::fmt::Debug for LimitFuture<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LimitFuture").field("is_read", &self.is_read).finish_non_exhaustive()
    }
}

impl<S> Future for LimitFuture<S>
where
    S: Service<HttpRequest, Response = HttpResponse> + Clone,
    S::Error: Into<BoxError>,
{
    type Output = Result<HttpResponse, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProjection::Waiting { waiting, inner, request } => {
                    *this.place = Some(ready!(waiting.as_mut().poll(context))?);
                    let (inner, request) = (inner.clone(), request.take());
                    this.state.set(State::WaitingForReady { inner, request });
                }
                StateProjection::WaitingForReady { inner, request } => {
                    ready!(inner.poll_ready(context)).map_err(Error::not_ready)?;
                    let Some(request) = request.take() else { return Poll::Pending };
                    let below = inner.call(request);
                    this.state.set(State::Sent { below });
                }
                StateProjection::Sent { below } => {
                    let result = ready!(below.poll(context)).map_err(Error::of_service);
                    *this.place = None;
                    if let Ok(response) = &result {
                        if response.status() == StatusCode::TOO_MANY_REQUESTS {
                            this.shared.pause.limited(*this.is_read, retry_after(response.headers()));
                            this.shared.places.limited(*this.is_read);
                        } else {
                            this.shared.pause.served();
                            this.shared.places.served();
                        }
                    }
                    return Poll::Ready(result);
                }
            }
        }
    }
}
