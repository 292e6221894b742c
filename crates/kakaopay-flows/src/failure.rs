//! Why a request has no answer to show, and what that means for what it asked for.

use kakaopay_types::{ApiError, ErrorCode};

/// Why a request has no answer to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFailure {
    /// It did not leave.
    NotSent,
    /// The service said that there are too many requests (429). That it does nothing then is what
    /// everybody takes for granted and no document says, so that what was asked for is looked for first.
    RateLimited,
    /// The service said no and did nothing.
    Rejected(ApiError),
    /// It may have reached the service, and may have been carried out.
    OutcomeUnknown,
}

/// What trouble means for a request that was to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestOutcome<'a> {
    /// It was surely not carried out, and may be sent again.
    NotDone,
    /// It was surely not carried out, and a person should look at the key.
    KeyRefused(&'a ErrorCode),
    /// The service's no to what was asked for.
    Refused(&'a ApiError),
    /// Nobody knows.
    Unknown,
}

impl RequestFailure {
    /// What it means for a request that was to change something.
    pub(crate) fn outcome(&self) -> RequestOutcome<'_> {
        match self {
            Self::NotSent => RequestOutcome::NotDone,
            Self::RateLimited | Self::OutcomeUnknown => RequestOutcome::Unknown,
            Self::Rejected(error) => match &error.code {
                // They are about who asks, not about what is asked for.
                code @ (ErrorCode::AuthenticationFailure
                | ErrorCode::KeyExpired
                | ErrorCode::LockedAccount
                | ErrorCode::NotAuthorized) => RequestOutcome::KeyRefused(code),
                // Somebody failed on the way, perhaps after the deed.
                ErrorCode::InternalError
                | ErrorCode::BackendError
                | ErrorCode::SearchUnavailable
                | ErrorCode::TooManyRequests => RequestOutcome::Unknown,
                _ => RequestOutcome::Refused(error),
            },
        }
    }

    /// The key trouble in it, if it is that.
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
    fn what_is_about_the_key_or_the_hour_is_no_answer_to_the_request() {
        let refused = |code: &ErrorCode| RequestFailure::Rejected(ApiError::new(code.clone(), "no"));
        for code in ErrorCode::KNOWN {
            let trouble = refused(code);
            let about_key = trouble.key() == Some(code);
            let expected = match code.as_str() {
                "authentication_failure"
                | "key_expired_error"
                | "locked_account_error"
                | "not_authorized" => "key",
                "internal_error" | "backend_error" | "search_unavailable" | "too_many_requests" => "unknown",
                _ => "refused",
            };
            let found = match trouble.outcome() {
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
