//! How long the service asks to wait.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The longest wait that is heeded. A service that asks for more gets no further request of this call.
const LONGEST: Duration = Duration::from_secs(60);

/// How long an answer asks to wait before the next request: `Retry-After` in seconds, or as a moment,
/// which counts from the answer's own `Date`, so that no clock here has a say. What cannot be read
/// counts as not said (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than the longest.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    // A moment that has passed asks for no wait.
    Some(until.duration_since(now).unwrap_or_default().min(LONGEST))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Thu, 15 Jun 2023 02:25:15 GMT"));
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("a value"));
        assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{value}");
    }

    #[test]
    fn f21_seconds_and_moments_are_read_and_capped() {
        check("0", Some(0));
        check(" 7 ", Some(7));
        check("60", Some(60));
        check("61", Some(60));
        check("1000000000", Some(60));
        check("99999999999999999999999999", Some(60));
        check("Thu, 15 Jun 2023 02:25:20 GMT", Some(5));
        check("Thu, 15 Jun 2023 02:25:15 GMT", Some(0));
        check("Thu, 15 Jun 2000 02:25:15 GMT", Some(0));
        check("Sat, 15 Jun 2024 02:25:15 GMT", Some(60));
    }

    #[test]
    fn f21_what_cannot_be_read_was_not_said() {
        for value in ["", "-1", "1.5", "soon", "1s", "0x10", "Thu, 99 Jun 2023 02:25:15 GMT"] {
            check(value, None);
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
        // Without a moment to count from.
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Thu, 15 Jun 2023 02:25:20 GMT"));
        assert_eq!(retry_after(&headers), None);
    }
}
