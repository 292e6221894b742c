//! A wire that answers for the account itself.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use kakaopay_transport::{BoxError, HttpRequest};
use tower_service::Service;

/// A wire that answers `GET /account` itself and passes every other request on: for tests of a service that fails
/// after the account is known.
#[derive(Debug, Clone)]
pub struct KnownAccount<S>(pub S);

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
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        if request.uri().path() == "/account" {
            return Box::pin(async { Ok(http::Response::new(Either::Left(Full::from(ACCOUNT)))) });
        }
        let response = self.0.call(request);
        Box::pin(async { Ok(response.await.map_err(Into::into)?.map(Either::Right)) })
    }
}
