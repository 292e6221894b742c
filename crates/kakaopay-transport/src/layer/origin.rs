//! Sends every request to the API's origin, and to no other.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::Uri;
use tower_layer::Layer;
use tower_service::Service;

use crate::base_uri::BaseUri;
use crate::body::Request;
use crate::error::{Delivery, Error, ErrorKind};

/// Sends every request to the API's origin. A request that names an origin itself is refused, so
/// that the key below can go nowhere else.
#[derive(Debug, Clone)]
pub struct OriginLayer(BaseUri);

impl OriginLayer {
    /// Sends to this origin.
    #[must_use]
    pub fn new(base: BaseUri) -> Self {
        Self(base)
    }
}

impl<S> Layer<S> for OriginLayer {
    type Service = Origin<S>;

    fn layer(&self, inner: S) -> Origin<S> {
        Origin { inner, base: self.0.clone() }
    }
}

/// The service of [`OriginLayer`].
#[derive(Debug, Clone)]
pub struct Origin<S> {
    inner: S,
    base: BaseUri,
}

impl<S> Origin<S> {
    fn absolute(&self, uri: &Uri) -> Result<Uri, Error> {
        let refused = || Error::new(ErrorKind::Request, Delivery::NotSent);
        if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') {
            return Err(refused());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        self.base.join(path).map_err(|error| refused().because(error))
    }
}

impl<S: Service<Request, Error = Error>> Service<Request> for Origin<S> {
    type Response = S::Response;
    type Error = Error;
    type Future = EitherFuture<S>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.absolute(request.uri()) {
            Ok(uri) => {
                *request.uri_mut() = uri;
                Either::Left(self.inner.call(request))
            }
            Err(error) => Either::Right(ready(Err(error))),
        }
    }
}

/// The future of [`Origin`]: the inner one, or a refusal.
pub(super) type EitherFuture<S> =
    Either<<S as Service<Request>>::Future, Ready<Result<<S as Service<Request>>::Response, Error>>>;
