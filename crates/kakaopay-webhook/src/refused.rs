//! Why a webhook was rejected.

#[cfg(feature = "receiver")]
use http::StatusCode;
use kakaopay_types::DecodeError;
use thiserror::Error;

use crate::verifier::VerifyError;

/// What is wrong with the form of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormError {
    /// A relevant header is repeated: status 400.
    #[error("a header is repeated")]
    RepeatedHeader,
    /// The body was cut off: status 400.
    #[error("the body was cut off")]
    IncompleteBody,
    /// The body is larger than 256 KiB: status 413.
    #[error("the body is larger than 256 KiB")]
    TooLarge,
    /// The body is not `application/json`, or is compressed: status 415.
    #[error("the body is not plain application/json")]
    MediaType,
}

#[cfg(feature = "receiver")]
impl FormError {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::RepeatedHeader | Self::IncompleteBody => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// Why a webhook was rejected. The message contains no part of the webhook.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The form of the request is not that of a webhook.
    #[error("the request is no webhook")]
    InvalidForm(#[source] FormError),
    /// The signature is invalid, or its timestamp is out of range.
    #[error("invalid webhook signature")]
    InvalidSignature(#[source] VerifyError),
    /// The body is not an event that this version can decode. If signatures are checked, Omise signed it.
    #[error("the webhook is not a valid event")]
    InvalidPayload(#[source] DecodeError),
}
