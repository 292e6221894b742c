//! The sandbox as a tower service.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_service::Service;

use crate::api::Refusal;
use crate::body::SandboxBody;
use crate::desk::{self, Seen};
use crate::fault::{self, Fault};
use crate::sandbox::Sandbox;

/// Largest request body that is read.
const MAX_BODY: usize = 256 * 1024;
/// Largest snapshot that is read: some ten thousand charges with their events.
const MAX_SNAPSHOT: usize = 256 * 1024 * 1024;

/// Nothing was answered, or not all of it, because a [`Rule`](crate::Rule) says so. A server closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// Nothing was done.
    #[error("the request was lost")]
    Request,
    /// Everything was done.
    #[error("the answer was lost")]
    Answer,
    /// Everything was done, and the answer's body ends in the middle.
    #[error("the rest of the answer was lost")]
    Rest,
}

/// The sandbox as a tower service: give it to a client and no socket is needed, or to any server.
#[derive(Debug, Clone)]
pub struct SandboxService(Sandbox);

impl Sandbox {
    /// The sandbox as a tower service.
    ///
    /// A request is taken for this machine's own, which may see keys and move the sandbox, by its `Host` alone: what
    /// serves this must not be reachable from another machine. [`Sandbox::serve`] looks at the peer, too.
    #[must_use]
    pub fn service(&self) -> SandboxService {
        SandboxService(self.clone())
    }

    async fn receive<B>(&self, request: Request<B>) -> Result<Response<SandboxBody>, Lost>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let (parts, body) = request.into_parts();
        let most = if parts.uri.path() == "/_sandbox/restore" { MAX_SNAPSHOT } else { MAX_BODY };
        let refusal = match Limited::new(body, most).collect().await {
            Ok(body) => {
                let fault = self.next_fault(&parts);
                let body = body.to_bytes();
                if let Some(stream) = desk::stream(self, &parts) {
                    return Ok(stream);
                }
                let seen = Seen::of(&parts, &body);
                let answer = self.respond_faultily(Request::from_parts(parts, body), fault).await;
                if let Some(seen) = seen {
                    self.desk().note(seen, self.clock().now(), answer.as_ref().map_err(|lost| *lost));
                }
                return answer;
            }
            Err(error) if error.is::<LengthLimitError>() => Refusal::too_large(),
            Err(_) => Refusal::timed_out(),
        };
        Ok(self.respond_unread(refusal).map(SandboxBody::from))
    }

    async fn respond_faultily(
        &self,
        request: Request<Bytes>,
        fault: Option<Fault>,
    ) -> Result<Response<SandboxBody>, Lost> {
        let Some(fault) = fault else { return Ok(self.respond(request).map(SandboxBody::from)) };
        let request = match &fault {
            Fault::LoseRequest => return Err(Lost::Request),
            Fault::Delay(time) => {
                tokio::time::sleep(*time).await;
                request
            }
            Fault::ListCycle => fault::unpaged(request),
            _ => request,
        };
        let id = self.world().ids.request();
        if let Some(response) = fault::before(&fault, &id) {
            return Ok(response.map(SandboxBody::from));
        }
        let response = self.respond(request);
        if fault == Fault::LoseAnswer { Err(Lost::Answer) } else { Ok(fault::spoil(&fault, response)) }
    }
}

impl<B> Service<Request<B>> for SandboxService
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<SandboxBody>;
    type Error = Lost;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Lost>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let sandbox = self.0.clone();
        Box::pin(async move { sandbox.receive(request).await })
    }
}
