//! The limit layer and its service.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use super::future::LimitFuture;
use super::pause::Pause;
use super::places::{Place, Places};
use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Delivery, Error, ErrorKind};
use crate::send_by::SendBy;

/// Bounds the calls in flight, and pauses after a response 429. All clones share both.
///
/// Some places are kept for mutations, so that no flood of reads holds them up. A pause lasts as long as `Retry-After`
/// says, at most 60 s, and otherwise from 1 s to 30 s. After a read it holds up reads alone, after a mutation both.
/// Behind it, half as many calls at once are allowed as before. One more is allowed with each response, of a mutation or
/// a read, and with each second that a call waits.
///
/// A call that must wait beyond its deadline or [its latest instant](crate::RequestBody::send_by) fails with delivery
/// [`NotSent`](Delivery::NotSent). It needs a tokio runtime with its timer.
#[derive(Debug, Clone)]
pub struct LimitLayer(Arc<Shared>);

/// State shared by all clones.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) places: Places,
    pub(super) pause: Pause,
}

impl LimitLayer {
    /// Allows `max` calls in flight, at least 1, of which `for_mutations` are never reads.
    #[must_use]
    pub fn new(max: usize, for_mutations: usize) -> Self {
        Self(Arc::new(Shared { places: Places::new(max, for_mutations), pause: Pause::default() }))
    }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit { inner, shared: Arc::clone(&self.0) }
    }
}

/// The service of [`LimitLayer`].
#[derive(Debug, Clone)]
pub struct Limit<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<HttpRequest> for Limit<S>
where
    S: Service<HttpRequest, Response = HttpResponse> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = LimitFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let is_read = request.body().operation().is_some_and(|operation| operation.is_idempotent());
        let shared = Arc::clone(&self.shared);
        if shared.pause.until(is_read).is_none()
            && let Some(place) = shared.places.try_take(is_read)
        {
            return LimitFuture::sent(self.inner.call(request), place, shared, is_read);
        }
        let waiting = wait(Arc::clone(&shared), is_read, latest(&request));
        LimitFuture::waiting(Box::pin(waiting), self.inner.clone(), request, shared, is_read)
    }
}

/// The latest instant until which a request can wait, if there is one.
fn latest(request: &HttpRequest) -> Option<Instant> {
    let send_by = request.body().send_by().and_then(SendBy::latest);
    request.body().deadline().into_iter().chain(send_by).min()
}

/// Waits for the end of a pause and for a place, but not beyond the latest instant.
async fn wait(shared: Arc<Shared>, is_read: bool, latest: Option<Instant>) -> Result<Place, Error> {
    loop {
        if let Some(until) = shared.pause.until(is_read) {
            if latest.is_some_and(|latest| until >= latest) {
                return Err(Error::new(ErrorKind::RateLimited, Delivery::NotSent));
            }
            tokio::time::sleep_until(until).await;
            continue;
        }
        let place = shared.places.take(is_read);
        let place = match latest {
            Some(latest) => tokio::time::timeout_at(latest, place)
                .await
                .map_err(|_| Error::new(ErrorKind::Timeout, Delivery::NotSent))?,
            None => place.await,
        };
        // While it waited for the place, the service may have limited the rate.
        if shared.pause.until(is_read).is_none() {
            return Ok(place);
        }
    }
}
