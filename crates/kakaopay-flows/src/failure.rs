//! Failures of requests, and the outcome that each implies.

use kakaopay_types::{ApiError, ErrorCode};

/// The failure of a request: it has no usable response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestFailure {
    /// The request was not sent.
    NotSent,
    /// The service responded that there are too many requests (429). No document promises that it then did
    /// nothing, so the outcome counts as unknown.
    RateLimited,
    /// The service rejected the request and did nothing.
    Rejected(ApiError),
    /// The request may have reached the service, and may have taken effect.
    OutcomeUnknown,
}

/// The outcome of a failed mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestOutcome<'a> {
    /// It had no effect and may be sent again.
    NotDone,
    /// It had no effect, because the service rejects the key. A person must check the key.
    KeyRefused(&'a ErrorCode),
    /// The service rejected it.
    Refused(&'a ApiError),
    /// It may have had an effect.
    Unknown,
}

impl RequestFailure {
    /// Returns the outcome if the request is a mutation.
    pub(crate) fn outcome(&self) -> RequestOutcome<'_> {
        match self {
            Self::NotSent => RequestOutcome::NotDone,
            Self::RateLimited | Self::OutcomeUnknown => RequestOutcome::Unknown,
            Self::Rejected(error) => match &error.code {
                // They reject the key and say nothing about the request itself.
                code @ (ErrorCode::AuthenticationFailure
                | ErrorCode::KeyExpired
                | ErrorCode::LockedAccount
                | ErrorCode::NotAuthorized) => RequestOutcome::KeyRefused(code),
                // Part of the service failed, possibly after the mutation took effect.
                ErrorCode::InternalError
                | ErrorCode::BackendError
                | ErrorCode::SearchUnavailable
                | ErrorCode::TooManyRequests => RequestOutcome::Unknown,
                _ => RequestOutcome::Refused(error),
            },
        }
    }

    /// Returns the error code if the service rejects the key.
    pub(crate) fn key(&self) -> Option<&ErrorCode> {
        match self.outcome() {
            RequestOutcome::KeyRefused(code) => Some(code),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_code_has_its_outcome() {
        let refused = |code: &ErrorCode| RequestFailure::Rejected(ApiError::new(code.clone(), "no"));
        for code in ErrorCode::KNOWN {
            let failure = refused(code);
            let about_key = failure.key() == Some(code);
            let expected = match code.as_str() {
                "authentication_failure"
                | "key_expired_error"
                | "locked_account_error"
                | "not_authorized" => "key",
                "internal_error" | "backend_error" | "search_unavailable" | "too_many_requests" => "unknown",
                _ => "refused",
            };
            let found = match failure.outcome() {
                RequestOutcome::KeyRefused(_) => "key",
                RequestOutcome::NotDone => "not done",
                RequestOutcome::Unknown => "unknown",
                RequestOutcome::Refused(_) => "refused",
            };
            assert_eq!((found, about_key), (expected, expected == "key"), "{code}");
        }
        assert_eq!(RequestFailure::NotSent.outcome(), RequestOutcome::NotDone);
        assert_eq!(RequestFailure::RateLimited.outcome(), RequestOutcome::Unknown);
        assert_eq!(RequestFailure::OutcomeUnknown.outcome(), RequestOutcome::Unknown);
        assert_eq!(RequestFailure::OutcomeUnknown.key(), None);
    }
}
