//! Sends every request to the API's origin.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Uri;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::base_uri::BaseUri;
use crate::body::HttpRequest;
use crate::error::{BoxError, Delivery, Error, ErrorKind};
use crate::layer::response_future::ResponseFuture;
use crate::response::request_id;

/// Sends every request to the API's origin.
///
/// A request that names an origin itself is rejected, so that the layer below cannot add the key to a request
/// for another host. A redirect is an error for the same reason: no layer above can follow it.
#[derive(Debug, Clone)]
pub struct BaseUriLayer(BaseUri);

impl BaseUriLayer {
    /// Sends requests to this origin.
    #[must_use]
    pub fn new(base: BaseUri) -> Self {
        Self(base)
    }
}

impl<S> Layer<S> for BaseUriLayer {
    type Service = BaseUriService<S>;

    fn layer(&self, inner: S) -> BaseUriService<S> {
        BaseUriService { inner, base: Arc::new(self.0.clone()) }
    }
}

/// The service of [`BaseUriLayer`].
#[derive(Debug, Clone)]
pub struct BaseUriService<S> {
    inner: S,
    // Shared, because the service is cloned for each call.
    base: Arc<BaseUri>,
}

impl<S> BaseUriService<S> {
    fn absolute(&self, uri: Uri) -> Result<Uri, Error> {
        let rejected = || Error::new(ErrorKind::Request, Delivery::NotSent);
        if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') {
            return Err(rejected().because("the request URI must be a path: the client adds the origin"));
        }
        self.base.join(uri).map_err(|error| rejected().because(error))
    }
}

impl<S, B> Service<HttpRequest> for BaseUriService<S>
where
    S: Service<HttpRequest, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
{
    type Response = http::Response<B>;
    type Error = Error;
    type Future = BaseUriFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context).map_err(Error::not_ready)
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let below = match self.absolute(std::mem::take(request.uri_mut())) {
            Ok(uri) => {
                *request.uri_mut() = uri;
                ResponseFuture::passed(self.inner.call(request))
            }
            Err(error) => ResponseFuture::rejected(error),
        };
        BaseUriFuture { below }
    }
}

pin_project! {
    /// The future of [`BaseUriService`], which turns a redirect into an error.
    #[derive(Debug)]
    pub struct BaseUriFuture<F> {
        #[pin]
        below: ResponseFuture<F>,
    }
}

impl<F, B, E> Future for BaseUriFuture<F>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<http::Response<B>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().below.poll(context))?;
        if response.status().is_redirection() {
            let id = request_id(response.headers());
            return Poll::Ready(Err(Error::answered(ErrorKind::Redirect, response.status(), id)));
        }
        Poll::Ready(Ok(response))
    }
}
