//! Reads `Retry-After`.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Maximum wait. Longer values are cut to it, which usually exceeds the call's timeout and ends the retries.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Returns the wait that a response requests by `Retry-After`: seconds, or a date, which is compared with
/// the response's own `Date`, so that the local clock does not matter (RFC 9110, section 10.2.3). An invalid
/// value counts as missing.
pub(in crate::layer) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that overflows exceeds the maximum.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MAX_WAIT));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    // A date in the past means no wait.
    Some(until.duration_since(now).unwrap_or_default().min(MAX_WAIT))
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
    fn f21_retry_after_seconds_and_dates_are_read_and_capped() {
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
    fn f21_an_invalid_retry_after_is_ignored() {
        for value in ["", "-1", "1.5", "soon", "1s", "0x10", "Thu, 99 Jun 2023 02:25:15 GMT"] {
            check(value, None);
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
        // A date without a `Date` to compare it with.
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Thu, 15 Jun 2023 02:25:20 GMT"));
        assert_eq!(retry_after(&headers), None);
    }
}
