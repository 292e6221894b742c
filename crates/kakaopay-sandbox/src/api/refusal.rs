//! Refusals: the API's error objects.

use http::StatusCode;
use kakaopay_types::{ApiError, ErrorCode};

/// Recorded message for an account version without sources.
const TOO_OLD: &str = "you are using api version which does not support this operation";

/// A refusal: status and error object of the API.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: ApiError,
}

impl Refusal {
    fn new(status: StatusCode, code: ErrorCode, message: impl Into<Box<str>>) -> Self {
        Self { status, error: ApiError::new(code, message) }
    }

    pub(crate) fn authentication() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::AuthenticationFailure, "authentication failed")
    }

    pub(crate) fn bad_request(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, message)
    }

    pub(crate) fn invalid_charge(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidCharge, message)
    }

    pub(crate) fn processed_charge() -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::ProcessedCharge, "charge was already processed")
    }

    pub(crate) fn expired_charge() -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::ExpiredCharge, "charge expired")
    }

    pub(crate) fn failed_refund(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FailedRefund, message)
    }

    pub(crate) fn failed_void(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FailedVoid, message)
    }

    pub(crate) fn failed_capture() -> Self {
        let message = "only authorized charges that are not captured can be captured";
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FailedCapture, message)
    }

    pub(crate) fn failed_reverse() -> Self {
        let message = "only uncaptured authorized charges can be reversed";
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FailedReverse, message)
    }

    pub(crate) fn failed_expire() -> Self {
        let message = "only pending charges can be expired";
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::FailedExpire, message)
    }

    pub(crate) fn invalid_scope() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidScope, "scope is not supported")
    }

    pub(crate) fn invalid_filter(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidFilter, message)
    }

    pub(crate) fn invalid_page() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidPage, "page is invalid")
    }

    pub(crate) fn invalid_per_page() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidPerPage, "per_page is invalid")
    }

    /// The call does not exist in this API version.
    pub(crate) fn no_service() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::ServiceNotFound, TOO_OLD)
    }

    /// The object type does not exist in this API version.
    pub(crate) fn no_serializer() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::SerializerNotFound, TOO_OLD)
    }

    /// The object does not exist: `charge chrg_test_1 was not found`.
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        let message = format!("{kind} {id} was not found");
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
    }

    /// No route has this path and method.
    pub(crate) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "the requested resource was not found")
    }

    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadRequest, "the request body is too large")
    }

    /// The body was incomplete or late. An incomplete one gets no response, because its connection is closed.
    pub(crate) fn timed_out() -> Self {
        let message = "the request body was not received in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::BadRequest, message)
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalError,
            "internal error of the sandbox",
        )
    }
}

impl From<kakaopay_types::InvalidId> for Refusal {
    /// Handles an invalid identifier, which would be a bug: the sandbox generated it.
    fn from(_: kakaopay_types::InvalidId) -> Self {
        Self::internal()
    }
}
