//! The error of a call: its kind, its cause, and whether the request may have been carried out.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use kakaopay_types::{ApiError, DecodeError};

/// The error of any tower service.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A call that failed.
///
/// [`Error::api_rejection`] returns the error of a request that the service rejected. If
/// [`Error::outcome_unknown`], a mutation may have been carried out: search for its result before sending
/// it again. In every other case nothing was done.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    operation: &'static str,
    idempotent: bool,
    status: Option<StatusCode>,
    request_id: Option<String>,
    cause: Option<Cause>,
}

enum Cause {
    Api(ApiError),
    Decode(DecodeError),
    Other(BoxError),
}

/// Kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is invalid and was not sent.
    Request,
    /// A layer tried to send a mutation a second time, which was blocked. The outcome of the first
    /// request is unknown.
    DuplicateSend,
    /// The request was held up beyond [its latest instant](crate::SendBy), and was not sent.
    Overdue,
    /// The service has limited the rate, and the call cannot wait for as long as that lasts. Nothing was sent.
    RateLimited,
    /// No connection could be made, or the service below failed to become ready. Nothing was sent.
    Connect,
    /// The connection failed, or its bytes are not HTTP. With [`Delivery::Answered`], the response began
    /// and was cut off: the service handled the request, and the outcome of a mutation is unknown.
    Transport,
    /// The call or the attempt timed out.
    Timeout,
    /// The response is larger than the limit.
    TooLarge,
    /// The response is a redirect, which the client never follows.
    Redirect,
    /// The service responded with an API error.
    Api,
    /// The status is an error, and the body is not an API error: possibly a proxy's response.
    HttpStatus,
    /// The status is a success and the body is empty. Every call returns an object, so a proxy
    /// probably dropped it.
    EmptyBody,
    /// The status is a success, the body cannot be decoded, and `Content-Type` is not JSON: probably the
    /// page of a proxy or a captive portal. A body that can be decoded is accepted with any type.
    ContentType,
    /// An element of a list cannot be decoded, or is larger than the limit by itself. The rest of the list is read.
    Element,
    /// The body is broken JSON, or an object of another shape than the call returns.
    Decode,
}

/// Whether the request reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "each match decides whether money may have moved")]
pub enum Delivery {
    /// Not a byte was sent.
    NotSent,
    /// It may have reached the service.
    MaybeSent,
    /// The service, or a proxy, responded.
    Answered,
}

/// Marks the error of a transport as "not sent". Wrap an error of your own transport in it only if no
/// byte of the request was sent. Any other error counts as [`Delivery::MaybeSent`].
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "wraps an error of your own, and nothing more")]
pub struct NotSent(pub BoxError);

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was not sent")
    }
}

impl StdError for NotSent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.as_ref())
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            operation: "",
            idempotent: false,
            status: None,
            request_id: None,
            cause: None,
        }))
    }

    /// Converts an error of the service below. It counts as maybe sent unless it holds a [`NotSent`].
    pub(crate) fn of_service(source: impl Into<BoxError>) -> Self {
        match source.into().downcast::<Self>() {
            Ok(ours) => *ours,
            Err(source) if is_not_sent(source.as_ref()) => {
                Self::new(ErrorKind::Connect, Delivery::NotSent).because(source)
            }
            Err(source) => Self::new(ErrorKind::Transport, Delivery::MaybeSent).because(source),
        }
    }

    /// Converts an error of `poll_ready` of the service below, which has no request yet.
    pub(crate) fn not_ready(source: impl Into<BoxError>) -> Self {
        match source.into().downcast::<Self>() {
            Ok(ours) => *ours,
            Err(source) => Self::new(ErrorKind::Connect, Delivery::NotSent).because(source),
        }
    }

    /// The error of a request that is held up for too long.
    pub(crate) fn overdue() -> Self {
        Self::new(ErrorKind::Overdue, Delivery::NotSent)
    }

    pub(crate) fn answered(kind: ErrorKind, status: StatusCode, request_id: Option<&str>) -> Self {
        let mut error = Self::new(kind, Delivery::Answered);
        error.0.status = Some(status);
        error.0.request_id = request_id.map(str::to_owned);
        error
    }

    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.cause = Some(Cause::Other(source.into()));
        self
    }

    pub(crate) fn with_api_error(mut self, error: ApiError) -> Self {
        self.0.cause = Some(Cause::Api(error));
        self
    }

    pub(crate) fn with_decode_error(mut self, error: DecodeError) -> Self {
        self.0.cause = Some(Cause::Decode(error));
        self
    }

    pub(crate) fn of_call(mut self, operation: &'static str, idempotent: bool) -> Self {
        self.0.operation = operation;
        self.0.idempotent = idempotent;
        self
    }

    /// Kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request reached the service.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Name of the operation, such as `charges.create`; empty if it is not known.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// HTTP status of the response, or `None` without a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's id of the request (`X-Request-Id`), for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the API error of the response, or `None` if the response holds none.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Some(Cause::Api(error)) => Some(error),
            _ => None,
        }
    }

    /// Returns the error of decoding the response, which names the place.
    #[must_use]
    pub fn decode_error(&self) -> Option<&DecodeError> {
        match &self.0.cause {
            Some(Cause::Decode(error)) => Some(error),
            _ => None,
        }
    }

    /// Returns the API error if the service rejected the request without carrying it out.
    ///
    /// Statuses 429 (too many requests) and 408 (request timeout) do not count: the request was probably
    /// not carried out, but no documentation guarantees it.
    #[must_use]
    pub fn api_rejection(&self) -> Option<&ApiError> {
        let status = self.0.status?;
        let decided = status.is_client_error()
            && status != StatusCode::TOO_MANY_REQUESTS
            && status != StatusCode::REQUEST_TIMEOUT;
        if decided { self.api_error() } else { None }
    }

    /// Whether a mutation may have been carried out although the call failed. Always `false` for reads.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        !self.0.idempotent && self.0.delivery != Delivery::NotSent && self.api_rejection().is_none()
    }

    /// Whether a retry is safe and may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.outcome_unknown() {
            return false;
        }
        match self.0.kind {
            ErrorKind::Overdue
            | ErrorKind::RateLimited
            | ErrorKind::Connect
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::EmptyBody
            | ErrorKind::ContentType => true,
            ErrorKind::Api | ErrorKind::HttpStatus => self.0.status.is_some_and(|status| {
                status.is_server_error()
                    || status == StatusCode::TOO_MANY_REQUESTS
                    || status == StatusCode::REQUEST_TIMEOUT
            }),
            ErrorKind::Request
            | ErrorKind::DuplicateSend
            | ErrorKind::TooLarge
            | ErrorKind::Redirect
            | ErrorKind::Element
            | ErrorKind::Decode => false,
        }
    }
}

fn is_not_sent(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<NotSent>() {
            return true;
        }
        if let Some(ours) = error.downcast_ref::<Error>() {
            return ours.delivery() == Delivery::NotSent;
        }
        // `source` of an I/O error skips the error it wraps.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if !inner.operation.is_empty() {
            write!(f, "{}: ", inner.operation)?;
        }
        match (inner.kind, inner.status) {
            (ErrorKind::Request, _) => f.write_str("the request is invalid and was not sent")?,
            (ErrorKind::DuplicateSend, _) => {
                f.write_str("a layer sent the mutation a second time, which was blocked: remove that layer")?
            }
            (ErrorKind::Overdue, _) => {
                f.write_str("it is too late to send the request, and nothing was sent")?
            }
            (ErrorKind::RateLimited, _) => f.write_str(
                "the service limits the rate for longer than the call can wait, and nothing was sent",
            )?,
            (ErrorKind::Connect, _) => f.write_str("cannot connect, nothing was sent")?,
            (ErrorKind::Transport, Some(_)) => f.write_str("the response was cut off")?,
            (ErrorKind::Transport, None) => f.write_str("the connection failed")?,
            (ErrorKind::Timeout, _) if inner.delivery == Delivery::NotSent => {
                f.write_str("the call timed out before anything was sent")?
            }
            (ErrorKind::Timeout, _) => f.write_str("the call timed out")?,
            (ErrorKind::TooLarge, _) => {
                f.write_str("the response is too large: raise `max_response_bytes` if that is expected")?
            }
            (ErrorKind::Redirect, _) => {
                f.write_str("the service redirects, which is never followed: check the base URI")?
            }
            (ErrorKind::Api, _) => match self.api_error() {
                Some(error) => write!(f, "the service responded {error}")?,
                None => f.write_str("the service responded with an error")?,
            },
            (ErrorKind::HttpStatus, Some(status)) => {
                write!(f, "status {} without an API error", status.as_u16())?
            }
            (ErrorKind::HttpStatus, None) => f.write_str("the service responded with an error status")?,
            (ErrorKind::EmptyBody, _) => {
                f.write_str("the response is empty: report its request id to the service's support")?
            }
            (ErrorKind::ContentType, _) => f.write_str(
                "the response is not JSON and probably not the service's: check for a proxy in between",
            )?,
            (ErrorKind::Element, _) => match self.decode_error() {
                Some(error) => {
                    write!(f, "an element of the list cannot be decoded, please report it: {error}")?
                }
                None => f.write_str("an element of the list is too large: raise `max_response_bytes`")?,
            },
            (ErrorKind::Decode, _) => match self.decode_error() {
                Some(error) => write!(f, "the response cannot be decoded, please report it: {error}")?,
                None => f.write_str("the response cannot be decoded")?,
            },
        }
        if self.outcome_unknown() {
            f.write_str("; it may have been carried out: search for its result before sending it again")?;
        } else if self.is_retryable() {
            f.write_str("; it is safe to retry")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut debug = f.debug_struct("Error");
        debug
            .field("operation", &inner.operation)
            .field("kind", &inner.kind)
            .field("delivery", &inner.delivery)
            .field("status", &inner.status)
            .field("request_id", &inner.request_id);
        match &inner.cause {
            Some(Cause::Api(error)) => debug.field("api", error),
            Some(Cause::Decode(error)) => debug.field("decode", error),
            Some(Cause::Other(error)) => debug.field("source", error),
            None => &mut debug,
        };
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Some(Cause::Other(error)) => Some(error.as_ref()),
            // `Display` includes these already.
            Some(Cause::Api(_) | Cause::Decode(_)) | None => None,
        }
    }
}
