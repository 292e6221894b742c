//! The retry policy, without any waiting.

use std::time::Duration;

use http::StatusCode;

use super::after::retry_after;
use crate::body::HttpResponse;
use crate::error::{Error, ErrorKind};

/// Retry policy of reads: exponential backoff with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum number of attempts of one call, the first included.
    pub attempts: u32,
    /// Maximum wait before the second attempt. It doubles with each further attempt.
    pub base: Duration,
    /// Maximum wait before any attempt. `Retry-After` may exceed it.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, 250 ms, 5 s.
    fn default() -> Self {
        Self { attempts: 3, base: Duration::from_millis(250), cap: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// Never retries.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets the maximum number of attempts, the first included.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Sets the maximum wait before the second attempt.
    #[must_use]
    pub fn base(self, base: Duration) -> Self {
        Self { base, ..self }
    }

    /// Sets the maximum wait before any attempt.
    #[must_use]
    pub fn cap(self, cap: Duration) -> Self {
        Self { cap, ..self }
    }
}

/// Decision after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "another attempt or none is all there is")]
pub enum RetryDecision {
    /// Return the result of this attempt.
    Stop,
    /// Make another attempt after this wait.
    RetryAfter(Duration),
}

impl RetryPolicy {
    /// Decides whether to retry a read.
    ///
    /// `attempt` is the number of the attempt, starting at 1; `left` the time until the call's deadline, if
    /// it has one; `random` any number, which selects the wait between zero and its maximum ("full jitter").
    #[must_use]
    pub fn decide(
        &self,
        attempt: u32,
        result: &Result<HttpResponse, Error>,
        left: Option<Duration>,
        random: u64,
    ) -> RetryDecision {
        if attempt >= self.attempts || !is_transient(result) {
            return RetryDecision::Stop;
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let max_wait = self.base.saturating_mul(doubled).min(self.cap);
        let nanos = u64::try_from(max_wait.as_nanos()).unwrap_or(u64::MAX);
        let jittered = Duration::from_nanos(nanos.checked_add(1).map_or(random, |end| random % end));
        let requested = result.as_ref().ok().and_then(|response| retry_after(response.headers()));
        let wait = jittered.max(requested.unwrap_or_default());
        // A retry after the deadline could only time out: the present result says more.
        if left.is_some_and(|left| wait >= left) {
            RetryDecision::Stop
        } else {
            RetryDecision::RetryAfter(wait)
        }
    }
}

/// Whether a failure is transient, so that a retry may succeed.
fn is_transient(result: &Result<HttpResponse, Error>) -> bool {
    match result {
        Ok(response) => {
            let status = response.status();
            status.is_server_error()
                || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
        }
        Err(error) => matches!(error.kind(), ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::error::Delivery;

    fn answer(status: u16, retry_after: Option<&str>) -> Result<HttpResponse, Error> {
        let mut response = http::Response::builder().status(status);
        if let Some(value) = retry_after {
            response = response.header("retry-after", value);
        }
        Ok(response.body(Bytes::new()).expect("a response"))
    }

    #[test]
    fn only_transient_failures_are_retried() {
        let policy = RetryPolicy::default();
        for (status, retried) in [
            (200, false),
            (304, false),
            (400, false),
            (404, false),
            (408, true),
            (409, false),
            (429, true),
            (500, true),
            (502, true),
            (503, true),
        ] {
            let decision = policy.decide(1, &answer(status, None), None, 7);
            assert_eq!(decision != RetryDecision::Stop, retried, "{status}");
        }
        for (kind, retried) in [
            (ErrorKind::Connect, true),
            (ErrorKind::Transport, true),
            (ErrorKind::Timeout, true),
            (ErrorKind::Request, false),
            (ErrorKind::DuplicateSend, false),
            (ErrorKind::TooLarge, false),
            (ErrorKind::Redirect, false),
        ] {
            let error = Err(Error::new(kind, Delivery::MaybeSent));
            assert_eq!(policy.decide(1, &error, None, 7) != RetryDecision::Stop, retried, "{kind:?}");
        }
    }

    #[test]
    fn f21_retry_after_is_obeyed_within_the_deadline() {
        let policy = RetryPolicy::default();
        let decide = |value, left| policy.decide(1, &answer(429, value), left, 0);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(decide(Some("7"), seconds(60)), RetryDecision::RetryAfter(Duration::from_secs(7)));
        assert_eq!(decide(Some("7"), seconds(7)), RetryDecision::Stop);
        assert_eq!(decide(Some("1000000000"), None), RetryDecision::RetryAfter(Duration::from_secs(60)));
        assert_eq!(decide(Some("1000000000"), seconds(60)), RetryDecision::Stop);
        assert_eq!(decide(Some("soon"), seconds(60)), RetryDecision::RetryAfter(Duration::ZERO));
        assert_eq!(decide(None, seconds(0)), RetryDecision::Stop);
    }

    proptest! {
        #[test]
        fn the_wait_is_at_most_the_doubled_base(attempt in 1_u32..80, random in any::<u64>()) {
            let policy = RetryPolicy { attempts: u32::MAX, ..RetryPolicy::default() };
            let RetryDecision::RetryAfter(wait) = policy.decide(attempt, &answer(500, None), None, random) else {
                panic!("expected a retry")
            };
            let max_wait = policy.base.as_secs_f64() * 2_f64.powi(i32::try_from(attempt).expect("small") - 1);
            prop_assert!(wait <= policy.cap && wait.as_secs_f64() <= max_wait + 1e-9);
        }

        #[test]
        fn no_retry_follows_the_last_attempt(attempts in 0_u32..5, attempt in 1_u32..9) {
            let policy = RetryPolicy { attempts, ..RetryPolicy::default() };
            let decision = policy.decide(attempt, &answer(500, None), None, 0);
            prop_assert_eq!(decision == RetryDecision::Stop, attempt >= attempts);
        }
    }
}
