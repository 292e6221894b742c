//! Sends every request to the API's origin, and to no other.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::{Either, Map};
use http::Uri;
use tower_layer::Layer;
use tower_service::Service;

use crate::base_uri::BaseUri;
use crate::body::Request;
use crate::error::{BoxError, Delivery, Error, ErrorKind};
use crate::response::request_id;

/// Sends every request to the API's origin.
///
/// A request that names an origin itself is refused, so that the key below can go nowhere else. An
/// answer that redirects is an error for the same reason: nothing here or above gets to follow it.
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
            return Err(refused().because("a request names its path only: the client knows the host"));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        self.base.join(path).map_err(|error| refused().because(error))
    }
}

impl<S, B> Service<Request> for Origin<S>
where
    S: Service<Request, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
{
    type Response = http::Response<B>;
    type Error = Error;
    type Future = OriginFuture<S::Future, B, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.absolute(request.uri()) {
            Ok(uri) => {
                *request.uri_mut() = uri;
                Either::Left(self.inner.call(request).map(stay::<B, S::Error> as fn(_) -> _))
            }
            Err(error) => Either::Right(ready(Err(error))),
        }
    }
}

/// The future of [`Origin`]: the inner one and a look at its status, or a refusal.
type OriginFuture<F, B, E> = Either<Map<F, Stay<B, E>>, Ready<Result<http::Response<B>, Error>>>;

type Stay<B, E> = fn(Result<http::Response<B>, E>) -> Result<http::Response<B>, Error>;

/// Makes an error of an answer that redirects.
fn stay<B, E: Into<BoxError>>(answer: Result<http::Response<B>, E>) -> Result<http::Response<B>, Error> {
    let response = answer.map_err(Error::of_service)?;
    if response.status().is_redirection() {
        let id = request_id(response.headers());
        return Err(Error::answered(ErrorKind::Redirect, response.status(), id));
    }
    Ok(response)
}
