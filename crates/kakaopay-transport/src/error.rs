//! What went wrong, whose fault it is, and whether the request may have been carried out.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use kakaopay_types::{ApiError, DecodeError};

/// Any error of a service below.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A request that has no good answer.
///
/// Ask it what to do: [`Error::api_rejection`] is the service's no, [`Error::outcome_unknown`] says that
/// what was asked for may have been done all the same and must be looked up, and anything else
/// was surely not done.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    operation: &'static str,
    repeatable: bool,
    status: Option<StatusCode>,
    request_id: Option<String>,
    cause: Option<Cause>,
}

enum Cause {
    Api(ApiError),
    Decode(DecodeError),
    Other(BoxError),
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be sent as it is.
    Request,
    /// A layer tried to send a request a second time that changes something, which was refused. What
    /// became of the first is not known here.
    DuplicateSend,
    /// The request could not be handed over: no connection could be made, or the service below was
    /// not ready.
    Connect,
    /// The connection broke, or what came over it is no HTTP. With [`Delivery::Answered`] the answer
    /// had begun and broke off: the service has done its work and what it said cannot be read, so
    /// that the outcome of a mutation must be looked up.
    Transport,
    /// The deadline passed.
    Timeout,
    /// The response is larger than the cap.
    TooLarge,
    /// The service wants the request to go elsewhere. It is never followed.
    Redirect,
    /// The service answered with one of its errors.
    Api,
    /// The service answered with a bad status and no error of its own: a proxy, perhaps.
    HttpStatus,
    /// The status is good and there is no body. Every call gives an object, so that something between
    /// here and the service has lost it.
    EmptyBody,
    /// The status is good, and the body is neither what the call gives nor said to be JSON: a page that
    /// somebody else than the service answered with, such as a proxy or a captive portal. What can be read
    /// is taken, whatever its header says.
    ContentType,
    /// The answer is not what the call gives: broken JSON, or an object of another shape.
    Decode,
}

/// Whether the request reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "each match decides whether money may have moved")]
pub enum Delivery {
    /// Surely not.
    NotSent,
    /// Nobody knows.
    MaybeSent,
    /// It was answered.
    Answered,
}

/// A service's word that a request has not left: wrap the error of your own service in it when
/// that is sure. Any other error counts as "maybe".
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
            repeatable: false,
            status: None,
            request_id: None,
            cause: None,
        }))
    }

    /// An error of the service below, sent or not as the error itself says.
    pub(crate) fn of_service(source: impl Into<BoxError>) -> Self {
        match source.into().downcast::<Self>() {
            Ok(ours) => *ours,
            Err(source) if is_not_sent(source.as_ref()) => {
                Self::new(ErrorKind::Connect, Delivery::NotSent).because(source)
            }
            Err(source) => Self::new(ErrorKind::Transport, Delivery::MaybeSent).because(source),
        }
    }

    /// An error of the service below before it was given the request, which so cannot have left.
    pub(crate) fn not_ready(source: impl Into<BoxError>) -> Self {
        match source.into().downcast::<Self>() {
            Ok(ours) => *ours,
            Err(source) => Self::new(ErrorKind::Connect, Delivery::NotSent).because(source),
        }
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

    pub(crate) fn from_api_error(mut self, error: ApiError) -> Self {
        self.0.cause = Some(Cause::Api(error));
        self
    }

    pub(crate) fn from_decode_error(mut self, error: DecodeError) -> Self {
        self.0.cause = Some(Cause::Decode(error));
        self
    }

    pub(crate) fn of_call(mut self, operation: &'static str, repeatable: bool) -> Self {
        self.0.operation = operation;
        self.0.repeatable = repeatable;
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request reached the service.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The call it was, such as `charges.create`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's name for the request, to be told to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The error the service answered with.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Some(Cause::Api(error)) => Some(error),
            _ => None,
        }
    }

    /// Where the answer is not what the call gives.
    #[must_use]
    pub fn decode_error(&self) -> Option<&DecodeError> {
        match &self.0.cause {
            Some(Cause::Decode(error)) => Some(error),
            _ => None,
        }
    }

    /// The service's no: it understood the request and did nothing.
    ///
    /// Too many requests (429) and time-outs (408) are not among them: that nothing was done then
    /// is likely, but nowhere written.
    #[must_use]
    pub fn api_rejection(&self) -> Option<&ApiError> {
        let status = self.0.status?;
        let decided = status.is_client_error()
            && status != StatusCode::TOO_MANY_REQUESTS
            && status != StatusCode::REQUEST_TIMEOUT;
        if decided { self.api_error() } else { None }
    }

    /// Whether what was asked for may have been done, although there is no good answer. A call that
    /// only reads does nothing, so that this is only true of others.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        !self.0.repeatable && self.0.delivery != Delivery::NotSent && self.api_rejection().is_none()
    }

    /// Whether the same call may well succeed later, and may be sent again without harm.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.outcome_unknown() {
            return false;
        }
        match self.0.kind {
            ErrorKind::Connect
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
        // An I/O error passes over the error it wraps and names that one's source.
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
            (ErrorKind::Request, _) => f.write_str("the request cannot be sent as it is, and was not")?,
            (ErrorKind::DuplicateSend, _) => {
                f.write_str("a layer tried to send it a second time, which was refused: take that layer out")?
            }
            (ErrorKind::Connect, _) => f.write_str("nothing was sent, for want of a connection")?,
            (ErrorKind::Transport, Some(_)) => f.write_str("the answer broke off")?,
            (ErrorKind::Transport, None) => f.write_str("the connection broke")?,
            (ErrorKind::Timeout, _) if inner.delivery == Delivery::NotSent => {
                f.write_str("the deadline passed before anything was sent")?
            }
            (ErrorKind::Timeout, _) => f.write_str("the deadline passed")?,
            (ErrorKind::TooLarge, _) => {
                f.write_str("the answer is larger than the cap: raise it if that is right")?
            }
            (ErrorKind::Redirect, _) => {
                f.write_str("the service redirects, which is never followed: check the base URI")?
            }
            (ErrorKind::Api, _) => match self.api_error() {
                Some(error) => write!(f, "the service answered {error}")?,
                None => f.write_str("the service answered with an error")?,
            },
            (ErrorKind::HttpStatus, Some(status)) => {
                write!(f, "status {} with no error of the service's own", status.as_u16())?
            }
            (ErrorKind::HttpStatus, None) => f.write_str("the service answered with a bad status")?,
            (ErrorKind::EmptyBody, _) => {
                f.write_str("the answer is empty: tell the service's support its request id")?
            }
            (ErrorKind::ContentType, _) => f.write_str(
                "the answer is no JSON and hardly the service's: look for a proxy on the way to it",
            )?,
            (ErrorKind::Decode, _) => match self.decode_error() {
                Some(error) => write!(f, "the answer cannot be used, which is worth reporting: {error}")?,
                None => f.write_str("the answer cannot be used")?,
            },
        }
        if self.outcome_unknown() {
            f.write_str("; it may have been carried out: look before sending it again")?;
        } else if self.is_retryable() {
            f.write_str("; it can be sent again without harm")?;
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
            // Told in full by `Display` already.
            Some(Cause::Api(_) | Cause::Decode(_)) | None => None,
        }
    }
}
