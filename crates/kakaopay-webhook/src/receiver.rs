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
use crate::refused::{FormError, Rejection};
use crate::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::verifier::{MAX_BODY, single};

/// Durable storage for received events.
pub trait Sink: Clone + Send + Sync + 'static {
    /// Why an event could not be stored.
    type Error: std::error::Error + Send;

    /// Stores an event durably. The receiver responds with 200 after `Ok`, and with 503 after an error, so
    /// that the service delivers the event again. Storing an event that is already stored must succeed.
    ///
    /// If the client disconnects or the server times out, the future is dropped and no response is sent.
    /// The service may then deliver the event again, whether it was stored or not.
    ///
    /// # Errors
    /// Any error of the storage.
    fn store(&self, received: ReceivedEvent) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Called for a webhook with an invalid form, signature or payload, before the response is sent, for example
    /// to count it. Anyone can trigger it, so it must be cheap. Does nothing by default.
    fn rejected(&self, rejection: &Rejection) {
        let _ = rejection;
    }
}

/// A webhook that passed the receiver's checks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReceivedEvent {
    /// The event it carries.
    pub event: Event,
    /// The raw body.
    pub body: Bytes,
    /// Time of receipt, by the receiver's clock.
    pub received_at: Timestamp,
    /// Whether its signature was checked.
    pub verified: bool,
}

/// An HTTP endpoint for webhooks, as a tower service.
///
/// For each request, it checks the method and headers, reads the body up to 256 KiB, verifies the signature
/// over the raw bytes, stores the event, and only then responds with 200. Events are processed later and
/// elsewhere, so that the service does not wait.
///
/// | response | condition |
/// |---|---|
/// | 200 | the event is stored |
/// | 400 | a relevant header is repeated, the body was cut off, or it is not an event |
/// | 401 | the signature is missing or wrong, or its timestamp is out of range |
/// | 405 | the method is not `POST` |
/// | 413 | the body is larger than 256 KiB |
/// | 415 | the body is not `application/json`, or is compressed |
/// | 503 | the event could not be stored |
///
/// The receiver has no timeout: the server must limit how long a client may take to send a request.
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
    /// Creates an endpoint that stores events in `sink`. `now` returns the current time.
    pub fn new(
        policy: SignaturePolicy,
        sink: S,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { policy: Arc::new(policy), sink, now: Arc::new(now) }
    }

    /// Handles one request.
    pub async fn receive<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match self.handle(request).await {
            Ok(()) => respond(StatusCode::OK),
            Err(status) => respond(status),
        }
    }

    async fn handle<B>(&self, request: Request<B>) -> Result<(), StatusCode>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let (signature, timestamp) =
            checked_headers(&parts.headers).map_err(|error| self.misformed(error))?;
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Err(self.misformed(FormError::TooLarge));
            }
            Err(_) => return Err(self.misformed(FormError::IncompleteBody)),
        };
        let received_at = (self.now)();
        if let Some(verifier) = self.policy.verifier() {
            let verified = verifier.verify(signature, timestamp, &body, received_at);
            verified.map_err(|error| {
                self.reject(&Rejection::InvalidSignature(error), StatusCode::UNAUTHORIZED)
            })?;
        }
        let event: Event = decode::from_slice(&body)
            .map_err(|error| self.reject(&Rejection::InvalidPayload(error), StatusCode::BAD_REQUEST))?;
        let verified = self.policy.verifier().is_some();
        let received = ReceivedEvent { event, body, received_at, verified };
        self.sink.store(received).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    }

    fn misformed(&self, error: FormError) -> StatusCode {
        self.reject(&Rejection::InvalidForm(error), error.status())
    }

    fn reject(&self, rejection: &Rejection, status: StatusCode) -> StatusCode {
        self.sink.rejected(rejection);
        status
    }
}

/// Checks the headers, and returns the signature and its timestamp.
fn checked_headers(headers: &HeaderMap) -> Result<(&[u8], &[u8]), FormError> {
    let json = |value: &[u8]| {
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
    };
    if !json(only(headers, &CONTENT_TYPE)?) {
        return Err(FormError::MediaType);
    }
    let coding = only(headers, &CONTENT_ENCODING)?;
    if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
        return Err(FormError::MediaType);
    }
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(FormError::TooLarge);
    }
    Ok((only(headers, SIGNATURE_HEADER)?, only(headers, TIMESTAMP_HEADER)?))
}

/// Returns the value of a header, empty if missing.
///
/// # Errors
/// [`FormError::RepeatedHeader`].
fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Result<&[u8], FormError> {
    single(headers, name).ok_or(FormError::RepeatedHeader)
}

fn respond(status: StatusCode) -> Response<Full<Bytes>> {
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
