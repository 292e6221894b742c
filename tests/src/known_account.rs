//! A wire that answers for the account itself.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use kakaopay_transport::{BoxError, HttpRequest};
use tower_service::Service;

/// A wire that answers `GET /account` and the first `GET /charges` itself, and passes every other request on: for tests
/// of a service that fails after the account is known, and that it has no charge which the store lacks.
#[derive(Debug, Clone)]
pub struct KnownAccount<S> {
    inner: S,
    has_listed: Arc<AtomicBool>,
}

impl<S> KnownAccount<S> {
    /// The account of the service behind this wire is known.
    pub fn new(inner: S) -> Self {
        Self { inner, has_listed: Arc::default() }
    }
}

/// No charges.
const CHARGES: &str = r#"{"object":"list","data":[],"limit":100,"offset":0,"total":0}"#;
/// The account, whatever the key.
const ACCOUNT: &str = r#"{"object":"account","id":"account_test_known"}"#;

impl<S, B> Service<HttpRequest> for KnownAccount<S>
where
    S: Service<HttpRequest, Response = http::Response<B>, Error: Into<BoxError>, Future: Send + 'static>,
    B: 'static,
{
    type Response = http::Response<Either<Full<Bytes>, B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let is_list = request.method() == http::Method::GET && request.uri().path() == "/charges";
        let answer = if request.uri().path() == "/account" {
            Some(ACCOUNT)
        } else {
            (is_list && !self.has_listed.swap(true, Ordering::SeqCst)).then_some(CHARGES)
        };
        if let Some(answer) = answer {
            return Box::pin(async move { Ok(http::Response::new(Either::Left(Full::from(answer)))) });
        }
        let response = self.inner.call(request);
        Box::pin(async { Ok(response.await.map_err(Into::into)?.map(Either::Right)) })
    }
}
