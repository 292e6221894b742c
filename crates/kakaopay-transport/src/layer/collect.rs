//! Reads the answer to its end, and no further than a cap.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
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
pub struct CollectLayer {
    cap: usize,
}

impl CollectLayer {
    /// Reads this many bytes at the most.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self { cap }
    }
}

impl<S> Layer<S> for CollectLayer {
    type Service = Collect<S>;

    fn layer(&self, inner: S) -> Collect<S> {
        Collect { inner, cap: self.cap }
    }
}

/// The service of [`CollectLayer`].
#[derive(Debug, Clone)]
pub struct Collect<S> {
    inner: S,
    cap: usize,
}

impl<S, B> Service<Request> for Collect<S>
where
    S: Service<Request, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = self.inner.call(request);
        let cap = self.cap;
        Box::pin(async move {
            let (parts, body) = answer.await.map_err(Error::of_service)?.into_parts();
            let collected: Result<Bytes, BoxError> =
                Limited::new(body, cap).collect().await.map(http_body_util::Collected::to_bytes);
            match collected {
                Ok(body) => Ok(Response::from_parts(parts, body)),
                Err(error) => {
                    let large = error.is::<LengthLimitError>();
                    let kind = if large { ErrorKind::TooLarge } else { ErrorKind::Wire };
                    Err(Error::answered(kind, parts.status, request_id(&parts.headers)).because(error))
                }
            }
        })
    }
}
