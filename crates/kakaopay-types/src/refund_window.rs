//! The period in which a payment can be refunded.

use crate::timestamp::Timestamp;

/// The refund window of a KakaoPay payment. It closes at 00:15 UTC+8 on the day after the payment
/// (Omise's KakaoPay guide).
///
/// The guide does not define the day's time zone. This library uses the day of `paid_at` at UTC+8 and
/// treats 00:15:00 as too late; both are the cautious reading. The service decides by its own clock.
///
/// UTC+8 is a fixed offset: the result does not depend on the machine's time zone or its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundWindow;

/// Offset of UTC+8 in seconds.
const AHEAD: i64 = 8 * 3_600;
const DAY: i64 = 24 * 3_600;
/// Length of the window on the following day, in seconds.
const QUARTER: i64 = 15 * 60;

impl RefundWindow {
    /// Returns the first instant at which a payment can no longer be refunded.
    ///
    /// ```
    /// use kakaopay_types::{RefundWindow, Timestamp};
    ///
    /// // 23:59:59 of the 15th at UTC+8: 15 minutes and one second are left.
    /// let paid_at = Timestamp::parse("2023-06-15T15:59:59Z")?;
    /// let closes_at = Timestamp::parse("2023-06-15T16:15:00Z")?;
    /// assert_eq!(RefundWindow::closes_at(paid_at), closes_at);
    /// # Ok::<(), kakaopay_types::InvalidTimestamp>(())
    /// ```
    #[must_use]
    pub fn closes_at(paid_at: Timestamp) -> Timestamp {
        // Timestamps are within the years 0 to 9999, so this cannot overflow an i64.
        let day = (paid_at.floor_seconds() + AHEAD).div_euclid(DAY);
        let closes = (day + 1) * DAY + QUARTER - AHEAD;
        Timestamp::UNIX_EPOCH.saturating_add_seconds(closes)
    }

    /// Whether a payment can still be refunded, according to the given clock reading.
    #[must_use]
    pub fn is_open(paid_at: Timestamp, now: Timestamp) -> bool {
        now < Self::closes_at(paid_at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a moment")
    }

    #[track_caller]
    fn check(paid_at: &str, closes_at: &str) {
        assert_eq!(RefundWindow::closes_at(at(paid_at)), at(closes_at), "paid at {paid_at}");
    }

    #[test]
    fn f16_window_closes_at_00_15() {
        check("2023-06-15T02:25:15Z", "2023-06-15T16:15:00Z");
        // The last second of a day at UTC+8, and the first of the next.
        check("2023-06-15T23:59:59.999999999+08:00", "2023-06-16T00:15:00+08:00");
        check("2023-06-16T00:00:00+08:00", "2023-06-17T00:15:00+08:00");
        // Paid within the 15 minutes: the new day counts.
        check("2023-06-16T00:14:59+08:00", "2023-06-17T00:15:00+08:00");
        // Ends of months and years, and leap days.
        check("2023-06-30T12:00:00+08:00", "2023-07-01T00:15:00+08:00");
        check("2023-12-31T20:00:00Z", "2024-01-02T00:15:00+08:00");
        check("2024-02-28T10:00:00+08:00", "2024-02-29T00:15:00+08:00");
        check("2024-02-29T10:00:00+08:00", "2024-03-01T00:15:00+08:00");
        check("2100-02-28T10:00:00+08:00", "2100-03-01T00:15:00+08:00");
        // Before 1970, where rounding towards zero would be wrong.
        check("1969-12-31T15:59:59.5Z", "1969-12-31T16:15:00Z");
    }

    #[test]
    fn f16_the_closing_instant_is_too_late() {
        let paid_at = at("2023-06-15T10:00:00+08:00");
        assert!(RefundWindow::is_open(paid_at, paid_at));
        assert!(RefundWindow::is_open(paid_at, at("2023-06-16T00:14:59.999+08:00")));
        assert!(!RefundWindow::is_open(paid_at, at("2023-06-16T00:15:00+08:00")));
    }

    #[test]
    fn f19_extreme_timestamps_do_not_wrap() {
        let last = Timestamp::UNIX_EPOCH.saturating_add_millis(i64::MAX);
        let first = Timestamp::UNIX_EPOCH.saturating_add_millis(i64::MIN);
        assert_eq!(RefundWindow::closes_at(last), last);
        assert!(RefundWindow::closes_at(first) > first);
    }

    proptest! {
        /// The oracle is jiff's calendar.
        #[test]
        fn f16_jiffs_calendar_agrees(
            seconds in -62_000_000_000_i64..250_000_000_000,
            millis in 0..1_000_i64,
        ) {
            let there = jiff::tz::offset(8);
            let paid = there.to_datetime(jiff::Timestamp::from_second(seconds).expect("a moment"));
            let next_day = paid.date().tomorrow().expect("a day");
            let closes = there.to_timestamp(next_day.at(0, 15, 0, 0)).expect("a moment");
            let paid_at = Timestamp::from_unix_seconds(seconds).expect("a moment").saturating_add_millis(millis);
            prop_assert_eq!(RefundWindow::closes_at(paid_at).unix_seconds(), closes.as_second());
        }

        #[test]
        fn f16_window_lasts_15_minutes_to_a_day_more(seconds in -62_000_000_000_i64..250_000_000_000) {
            let paid_at = Timestamp::from_unix_seconds(seconds).expect("a moment");
            let left = RefundWindow::closes_at(paid_at).unix_seconds() - seconds;
            prop_assert!((QUARTER + 1..=DAY + QUARTER).contains(&left), "{} s", left);
        }
    }
}
