//! A timestamp in the API's form.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

use crate::parsed::parsed;
use crate::rfc3339;

/// An instant with nanosecond precision, in UTC, within the years 0 to 9999.
///
/// Parses any RFC 3339 datetime (the API writes `Z`, but recorded events have `+07:00`) and formats
/// with `Z`. There is no `now()`: callers pass the time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff_core::Timestamp);

/// 0000-01-01T00:00:00Z.
const FIRST: jiff_core::Timestamp = jiff_core::Timestamp::constant(-62_167_219_200, 0);

impl Timestamp {
    /// 1970-01-01T00:00:00Z, which is also the API's default for a list's `from`.
    pub const UNIX_EPOCH: Self = Self(jiff_core::Timestamp::UNIX_EPOCH);

    /// Parses an RFC 3339 datetime with any offset.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] if the text is not an RFC 3339 datetime, or has more than nine digits after
    /// the decimal point.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        rfc3339::parse(text.as_bytes()).and_then(Self::of).ok_or(InvalidTimestamp)
    }

    /// Creates a timestamp from seconds since the Unix epoch.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] outside the years 0 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, InvalidTimestamp> {
        jiff_core::Timestamp::from_second(seconds).ok().and_then(Self::of).ok_or(InvalidTimestamp)
    }

    /// Creates a timestamp from milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] outside the years 0 to 9999.
    pub fn from_unix_millis(millis: i64) -> Result<Self, InvalidTimestamp> {
        jiff_core::Timestamp::from_millisecond(millis).ok().and_then(Self::of).ok_or(InvalidTimestamp)
    }

    fn of(inner: jiff_core::Timestamp) -> Option<Self> {
        (inner >= FIRST).then_some(Self(inner))
    }

    /// Returns whole seconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Returns whole seconds since the Unix epoch, rounded down.
    pub(crate) fn floor_seconds(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }

    /// Returns whole milliseconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Truncates to whole seconds: the API's own precision.
    #[must_use]
    pub fn truncate_to_seconds(self) -> Self {
        Self(jiff_core::Timestamp::from_second(self.0.as_second()).unwrap_or(self.0))
    }

    /// Truncates to whole milliseconds.
    #[must_use]
    pub fn truncate_to_millis(self) -> Self {
        Self(jiff_core::Timestamp::from_millisecond(self.0.as_millisecond()).unwrap_or(self.0))
    }

    /// Adds `milliseconds` (negative: subtracts), saturating at the limits of the type.
    #[must_use]
    pub fn saturating_add_millis(self, milliseconds: i64) -> Self {
        self.saturating_add_nanos(i128::from(milliseconds) * 1_000_000)
    }

    /// Adds `seconds` (negative: subtracts), saturating at the limits of the type.
    #[must_use]
    pub fn saturating_add_seconds(self, seconds: i64) -> Self {
        self.saturating_add_nanos(i128::from(seconds) * 1_000_000_000)
    }

    fn saturating_add_nanos(self, nanos: i128) -> Self {
        // The sum of two such values cannot overflow an i128.
        let edge = if nanos < 0 { FIRST } else { jiff_core::Timestamp::MAX };
        let sum = jiff_core::Timestamp::from_nanosecond(self.0.as_nanosecond() + nanos);
        sum.ok().and_then(Self::of).unwrap_or(Self(edge))
    }

    /// Returns the milliseconds from `earlier` to this instant; negative if `earlier` is later.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> i64 {
        // Both are within 9999 years, so the difference fits an i64.
        self.unix_millis().saturating_sub(earlier.unix_millis())
    }
}

/// Formats as RFC 3339 with `Z` and only the significant digits of the fraction.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rfc3339::write(self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Converts a reading of the machine's clock, at full precision.
impl TryFrom<SystemTime> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(time: SystemTime) -> Result<Self, InvalidTimestamp> {
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()),
            Err(before) => i128::try_from(before.duration().as_nanos()).map(|nanos| -nanos),
        };
        let inner = nanos.ok().and_then(|nanos| jiff_core::Timestamp::from_nanosecond(nanos).ok());
        inner.and_then(Self::of).ok_or(InvalidTimestamp)
    }
}

parsed! {
    Timestamp: InvalidTimestamp, "an RFC 3339 datetime";
}

/// The text is not an RFC 3339 datetime, or the instant is outside the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 datetime between the years 0 and 9999")
    }
}

impl std::error::Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(Timestamp::parse(input).unwrap().to_string(), expected);
    }

    #[test]
    fn any_offset_is_parsed_and_z_is_written() {
        check("2023-06-15T02:25:15Z", "2023-06-15T02:25:15Z");
        check("2017-03-09T18:18:03+07:00", "2017-03-09T11:18:03Z");
        check("2017-03-09T11:20:05+00:00", "2017-03-09T11:20:05Z");
        check("2023-06-15T02:25:15.250-03:30", "2023-06-15T05:55:15.25Z");
    }

    #[test]
    fn invalid_datetime_is_rejected() {
        for text in [
            "",
            "now",
            "2023-06-15",
            "2023-06-15T02:25:15",
            "1700000000",
            "2023-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2023-06-15T24:00:00Z",
            "2023-06-15T02:60:00Z",
            "2023-06-15T02:25:61Z",
            "2023-06-15 02:25:15Z",
            "2023-06-15T02:25:15+0700",
            "2023-06-15T02:25:15+07",
            "2023-06-15T02:25:15+24:00",
            "2023-06-15T02:25:15+07:60",
            "2023-06-15T02:25:15.Z",
            "2023-06-15T02:25:15.1234567890Z",
            "2023-06-15T02:25:15Z ",
            "2023-6-15T02:25:15Z",
            "-2023-06-15T02:25:15Z",
            "+02023-06-15T02:25:15Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59Z",
            "๒๐๒๓-06-15T02:25:15Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn addition_saturates_at_the_limits() {
        let last = Timestamp::UNIX_EPOCH.saturating_add_millis(i64::MAX);
        assert_eq!(last.saturating_add_millis(1), last);
        let first = Timestamp::UNIX_EPOCH.saturating_add_seconds(i64::MIN);
        assert_eq!(
            (first.to_string().as_str(), first.saturating_add_seconds(-1)),
            ("0000-01-01T00:00:00Z", first)
        );
        assert_eq!(Timestamp::from_unix_seconds(first.unix_seconds() - 1), Err(InvalidTimestamp));
    }

    #[test]
    fn system_time_converts_to_a_timestamp() {
        use std::time::Duration;

        let time = UNIX_EPOCH + Duration::new(1_686_795_915, 250_600_007);
        let at = Timestamp::try_from(time).unwrap();
        assert_eq!(at.to_string(), "2023-06-15T02:25:15.250600007Z");
        assert_eq!(at.truncate_to_millis().to_string(), "2023-06-15T02:25:15.25Z");
        let before = Timestamp::try_from(UNIX_EPOCH - Duration::from_millis(1_500)).unwrap();
        assert_eq!(before.to_string(), "1969-12-31T23:59:58.5Z");
        let years = |count: u64| Duration::from_secs(count * 366 * 86_400);
        assert_eq!(Timestamp::try_from(UNIX_EPOCH + years(8_030)), Err(InvalidTimestamp));
        assert_eq!(Timestamp::try_from(UNIX_EPOCH - years(1_970)), Err(InvalidTimestamp));
    }

    proptest! {
        /// The oracle is jiff, which supports far more than RFC 3339.
        #[test]
        fn any_timestamp_round_trips_as_in_jiff(
            seconds in -62_167_219_200_i64..253_402_207_200,
            nanos in prop_oneof![Just(0), 0..1_000_000_000_i32],
            offset in -1_439..=1_439_i32,
        ) {
            let moment = jiff::Timestamp::new(seconds, nanos).expect("a moment");
            let own = Timestamp::parse(&moment.to_string()).expect("jiff output");
            prop_assert_eq!(own.to_string(), moment.to_string());
            prop_assert_eq!(own.unix_seconds(), moment.as_second());
            prop_assert_eq!(own.unix_millis(), moment.as_millisecond());
            let offset = jiff::tz::Offset::from_seconds(offset * 60).expect("an offset");
            let there = moment.display_with_offset(offset).to_string();
            // RFC 3339 cannot represent years outside this range.
            if !there.starts_with('-') {
                prop_assert_eq!(Timestamp::parse(&there), Ok(own), "{}", there);
            }
        }

        #[test]
        fn f45_jiff_parses_the_same_datetimes(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])") {
            let known = text.parse::<jiff::Timestamp>().ok();
            let own = Timestamp::parse(&text).ok();
            prop_assert_eq!(own.map(|at| at.to_string()), known.map(|at| at.to_string()).filter(|at| !at.starts_with('-')));
        }

        #[test]
        fn f45_any_text_parses_or_is_rejected(text in any::<String>()) {
            let _ = Timestamp::parse(&text);
        }
    }
}
