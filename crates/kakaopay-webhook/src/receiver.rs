//! An HTTP endpoint for webhooks, as a tower service.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, AsHeaderName, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use kakaopay_types::{Event, Timestamp, decode};
use tower_service::Service;

use crate::policy::SignaturePolicy;
use crate::refused::Rejection;
use crate::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::verifier::{MAX_BODY, single};

/// Where a receiver puts what it has taken.
pub trait Sink: Clone + Send + Sync + 'static {
    /// Why it could not be stored.
    type Error: std::error::Error + Send;

    /// Makes a webhook durable. The service is told that it arrived only when this returns `Ok`;
    /// on an error it is told that it did not. Storing the same event again is no error.
    ///
    /// When the client goes away or the server's patience ends, the future is dropped where it
    /// waits, and nobody is told anything: whether it was stored or not, the event may come again.
    fn store(&self, accepted: ReceivedEvent) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Hears of a webhook that was not believed, or that says nothing, before its answer is sent: to
    /// count it. Anybody can cause it, so that it must cost little. Does nothing unless implemented.
    fn rejected(&self, why: &Rejection) {
        let _ = why;
    }
}

/// A webhook that was taken.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReceivedEvent {
    /// The event it carries.
    pub event: Event,
    /// The body as it came.
    pub body: Bytes,
    /// When it came, by the receiver's clock.
    pub received_at: Timestamp,
    /// Whether its signature was checked.
    pub verified: bool,
}

/// An HTTP endpoint for webhooks, as a tower service.
///
/// It always does the same in the same order: look at the request's form, read the body up to
/// 256 KiB, check the signature over the raw bytes, store, and only then answer 200. What is done
/// about the event comes later and elsewhere, so that the service never waits for it.
///
/// | answer | when |
/// |---|---|
/// | 200 | it is stored |
/// | 400 | a header that is looked at came twice, or the body broke off or is no event |
/// | 401 | the signature is missing, wrong, or not of now |
/// | 405 | the method is not `POST` |
/// | 413 | the body is larger than 256 KiB |
/// | 415 | the body is not `application/json`, or is compressed |
/// | 503 | it could not be stored |
///
/// How long a client may take to send the request is the server's to bound.
#[derive(Clone)]
pub struct Receiver<S> {
    policy: Arc<SignaturePolicy>,
    sink: S,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl<S> std::fmt::Debug for Receiver<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl<S: Sink> Receiver<S> {
    /// An endpoint that puts what it takes into `sink`, by a clock.
    pub fn new(
        policy: SignaturePolicy,
        sink: S,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { policy: Arc::new(policy), sink, now: Arc::new(now) }
    }

    /// Takes one request.
    pub async fn receive<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match self.take(request).await {
            Ok(()) => answer(StatusCode::OK),
            Err(status) => answer(status),
        }
    }

    async fn take<B>(&self, request: Request<B>) -> Result<(), StatusCode>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        check_form(&parts.headers)?;
        let signature = only(&parts.headers, SIGNATURE_HEADER)?;
        let timestamp = only(&parts.headers, TIMESTAMP_HEADER)?;
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            Err(_) => return Err(StatusCode::BAD_REQUEST),
        };
        let received_at = (self.now)();
        if let Some(verifier) = self.policy.verifier() {
            let verified = verifier.verify(signature, timestamp, &body, received_at);
            verified.map_err(|refusal| {
                self.refuse(&Rejection::InvalidSignature(refusal), StatusCode::UNAUTHORIZED)
            })?;
        }
        let event: Event = decode::from_slice(&body)
            .map_err(|error| self.refuse(&Rejection::InvalidPayload(error), StatusCode::BAD_REQUEST))?;
        let verified = self.policy.verifier().is_some();
        let accepted = ReceivedEvent { event, body, received_at, verified };
        self.sink.store(accepted).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    }

    fn refuse(&self, why: &Rejection, status: StatusCode) -> StatusCode {
        self.sink.rejected(why);
        status
    }
}

fn check_form(headers: &HeaderMap) -> Result<(), StatusCode> {
    let json = |value: &[u8]| {
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
    };
    if !json(only(headers, &CONTENT_TYPE)?) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let coding = only(headers, &CONTENT_ENCODING)?;
    if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(())
}

/// The value of a header that may come once; empty when it does not come.
fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Result<&[u8], StatusCode> {
    single(headers, name).ok_or(StatusCode::BAD_REQUEST)
}

fn answer(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

impl<S, B> Service<Request<B>> for Receiver<S>
where
    S: Sink,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let receiver = self.clone();
        Box::pin(async move { Ok(receiver.receive(request).await) })
    }
}
