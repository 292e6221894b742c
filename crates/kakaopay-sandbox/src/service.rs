//! The API as a tower service: reads a request, applies fault rules, and responds.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kakaopay_types::Timestamp;
use tower_service::Service;

use crate::api::{self, ApiResponse, Call, Refusal};
use crate::body::SandboxBody;
use crate::connection_dropped::ConnectionDropped;
use crate::fault::{self, Fault};
use crate::sandbox::Sandbox;
use crate::version::ApiVersion;

/// Maximum size of an API request body, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// The sandbox as a tower service, which a client can call without a socket.
#[derive(Debug, Clone)]
pub struct SandboxService(Sandbox);

impl Sandbox {
    /// Maximum size of an API request body, in bytes.
    pub const MAX_BODY: usize = MAX_BODY;

    /// Returns the API as a tower service.
    #[must_use]
    pub fn service(&self) -> SandboxService {
        SandboxService(self.clone())
    }

    /// Responds to an API request immediately and without fault rules. As every response of the sandbox, it has a
    /// `Date` by the sandbox's clock.
    #[must_use]
    pub fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut state, now) = self.state_now();
        let call = Call::new(request, now);
        let response = api::respond(&mut state, self.keys(), &call);
        drop(state);
        self.mark_changed();
        dated(response, now)
    }

    /// Responds to a request with `respond`, unless a fault rule applies.
    ///
    /// # Errors
    /// [`ConnectionDropped`] if a fault rule drops the request or its response.
    pub async fn respond_with_faults(
        &self,
        request: Request<Bytes>,
        respond: impl FnOnce(Request<Bytes>) -> Response<Bytes>,
    ) -> Result<Response<SandboxBody>, ConnectionDropped> {
        let (parts, body) = request.into_parts();
        let fault = self.next_fault(&parts);
        let request = Request::from_parts(parts, body);
        let Some(fault) = fault else {
            return Ok(dated(respond(request), self.clock().now()).map(SandboxBody::from));
        };
        let request = match &fault {
            Fault::DropRequest => return Err(ConnectionDropped::BeforeRequest),
            Fault::Delay(time) => {
                tokio::time::sleep(*time).await;
                request
            }
            Fault::ListCycle => fault::first_page(request),
            _ => request,
        };
        let id = self.state().ids.request();
        if let Some(response) = fault::error_response(&fault, &id) {
            return Ok(dated(response, self.clock().now()).map(SandboxBody::from));
        }
        let response = dated(respond(request), self.clock().now());
        if fault == Fault::DropResponse {
            Err(ConnectionDropped::BeforeResponse)
        } else {
            Ok(fault::apply(&fault, response))
        }
    }

    /// Reads a request body of at most `max` bytes.
    ///
    /// # Errors
    /// An API error response if the body is larger than `max` or was not received completely.
    pub async fn read_body<B>(&self, body: B, max: usize) -> Result<Bytes, Response<Bytes>>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let refusal = match Limited::new(body, max).collect().await {
            Ok(body) => return Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Refusal::too_large(),
            Err(_) => Refusal::timed_out(),
        };
        Err(self.refuse(refusal))
    }

    /// Returns the API version that a request names, or the account's version.
    ///
    /// # Errors
    /// An API error response if the version is unknown.
    pub fn requested_version(&self, headers: &HeaderMap) -> Result<ApiVersion, Box<Response<Bytes>>> {
        api::version(headers, self.api_version()).map_err(|refusal| Box::new(self.refuse(refusal)))
    }

    fn refuse(&self, refusal: Refusal) -> Response<Bytes> {
        let response = ApiResponse::refusal(refusal).into_response(&self.state().ids.request());
        dated(response, self.clock().now())
    }

    async fn receive<B>(&self, request: Request<B>) -> Result<Response<SandboxBody>, ConnectionDropped>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let (parts, body) = request.into_parts();
        match self.read_body(body, MAX_BODY).await {
            Ok(body) => {
                let request = Request::from_parts(parts, body);
                self.respond_with_faults(request, |request| self.respond(request)).await
            }
            Err(refusal) => Ok(refusal.map(SandboxBody::from)),
        }
    }
}

/// Adds the `Date` by the sandbox's clock, unless the response has one.
fn dated(mut response: Response<Bytes>, now: Timestamp) -> Response<Bytes> {
    // The years that a date of HTTP can name.
    let seconds = now.unix_seconds().clamp(0, 253_402_300_799).unsigned_abs();
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    response
}

impl<B> Service<Request<B>> for SandboxService
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<SandboxBody>;
    type Error = ConnectionDropped;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectionDropped>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionDropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let sandbox = self.0.clone();
        Box::pin(async move { sandbox.receive(request).await })
    }
}
