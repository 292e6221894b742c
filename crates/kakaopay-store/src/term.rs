//! Terms: how long from now something is due.

use std::time::Duration;

use kakaopay_types::Timestamp;

/// How long a row waits at most that was set in the future of the store's clock. Only a claimed payment, event or
/// message waits for its own lease.
pub const SET_BACK_TERM: Duration = Duration::from_secs(120);

/// Milliseconds of the longest term: a hundred years of 365 days.
const MAX_MILLIS: i64 = 100 * 365 * 86_400_000;

/// A term in milliseconds. A longer one than a hundred years counts as a hundred years.
#[must_use]
pub fn term_millis(term: Duration) -> i64 {
    i64::try_from(term.as_millis()).map_or(MAX_MILLIS, |millis| millis.min(MAX_MILLIS))
}

/// The end of a term that begins now.
pub(crate) fn after(now: Timestamp, term: Duration) -> Timestamp {
    now.saturating_add_millis(term_millis(term))
}

/// How long it is from `now` to `due`; nothing if that has passed.
#[must_use]
pub fn time_until(due: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(due.millis_since(now)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f53_no_term_is_longer_than_a_hundred_years() {
        assert_eq!(term_millis(Duration::from_millis(1_500)), 1_500);
        assert_eq!(term_millis(Duration::from_millis(MAX_MILLIS.unsigned_abs() + 1)), MAX_MILLIS);
        assert_eq!(term_millis(Duration::MAX), MAX_MILLIS);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(time_until(after(now, Duration::from_secs(7)), now), Duration::from_secs(7));
        assert_eq!(time_until(now, after(now, Duration::from_secs(7))), Duration::ZERO);
    }
}
