//! The sandbox as a tower service.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tower_service::Service;

use crate::api::Refusal;
use crate::sandbox::Sandbox;

/// Largest request body that is read.
const MAX_BODY: usize = 256 * 1024;

/// The sandbox as a tower service: give it to a client and no socket is needed, or to any server.
#[derive(Debug, Clone)]
pub struct SandboxService(Sandbox);

impl Sandbox {
    /// The sandbox as a tower service.
    #[must_use]
    pub fn service(&self) -> SandboxService {
        SandboxService(self.clone())
    }

    async fn receive<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let (parts, body) = request.into_parts();
        let response = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => self.respond(Request::from_parts(parts, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => self.respond_unread(Refusal::too_large()),
            Err(_) => self.respond_unread(Refusal::timed_out()),
        };
        response.map(Full::new)
    }
}

impl<B> Service<Request<B>> for SandboxService
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let sandbox = self.0.clone();
        Box::pin(async move { Ok(sandbox.receive(request).await) })
    }
}
