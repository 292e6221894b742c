//! A moment in time, as the API writes it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::decode::reads_text;

/// A moment in time with nanosecond precision, always in UTC.
///
/// Reads any RFC 3339 datetime (the API writes `Z`, but events have been recorded with `+07:00`)
/// and writes `Z`. There is no `now()` here: time comes in as an argument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// 1970-01-01T00:00:00Z, which is also the API's default for a list's `from`.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// Reads an RFC 3339 datetime with any offset.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] when the text is no RFC 3339 datetime or lies outside years -9999 to 9999.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        if let Some(own) = parse_own_form(text.as_bytes()) {
            return Ok(own);
        }
        // jiff accepts more of ISO 8601 than RFC 3339 does; the `T` and the offset are what it
        // could leave out in places where the API never does.
        text.parse().map(Self).map_err(|_| InvalidTimestamp)
    }

    /// The moment that many seconds after the Unix epoch.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] when that is outside years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, InvalidTimestamp> {
        jiff::Timestamp::from_second(seconds).map(Self).map_err(|_| InvalidTimestamp)
    }

    /// The moment that many milliseconds after the Unix epoch.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] when that is outside years -9999 to 9999.
    pub fn from_unix_millis(millis: i64) -> Result<Self, InvalidTimestamp> {
        jiff::Timestamp::from_millisecond(millis).map(Self).map_err(|_| InvalidTimestamp)
    }

    /// Whole seconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub(crate) fn floor_seconds(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }

    /// Whole milliseconds since the Unix epoch, rounded towards it.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// This moment without its fraction of a second: the API's own precision.
    #[must_use]
    pub fn truncate_to_seconds(self) -> Self {
        Self(jiff::Timestamp::from_second(self.0.as_second()).unwrap_or(self.0))
    }

    /// The moment `milliseconds` later (earlier when negative), held at the ends of time.
    #[must_use]
    pub fn saturating_add_millis(self, milliseconds: i64) -> Self {
        let edge = if milliseconds < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let span = jiff::SignedDuration::from_millis(milliseconds);
        Self(self.0.checked_add(span).unwrap_or(edge))
    }

    /// The moment `seconds` later (earlier when negative), held at the ends of time.
    #[must_use]
    pub fn saturating_add_seconds(self, seconds: i64) -> Self {
        let edge = if seconds < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let span = jiff::SignedDuration::from_secs(seconds);
        Self(self.0.checked_add(span).unwrap_or(edge))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is in fact later.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> i64 {
        // Both are within ±9999 years, so the difference is far inside i64.
        self.unix_millis().saturating_sub(earlier.unix_millis())
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SSZ`, which is what the API writes and most of what is ever read. `None`
/// leaves the text to the library.
fn parse_own_form(text: &[u8]) -> Option<Timestamp> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'Z'] = text
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number: i16, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let two = |tens, ones| number(&[tens, ones])?.try_into().ok();
    let date = jiff::civil::Date::new(number(&[y0, y1, y2, y3])?, two(m0, m1)?, two(d0, d1)?).ok()?;
    let time = jiff::civil::Time::new(two(h0, h1)?, two(n0, n1)?, two(s0, s1)?, 0).ok()?;
    jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).ok().map(Timestamp)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

reads_text! {
    Timestamp: "an RFC 3339 datetime", |text| Self::parse(text).ok();
}

/// The text is no RFC 3339 datetime, or the moment is outside years -9999 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 datetime between years -9999 and 9999")
    }
}

impl std::error::Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(Timestamp::parse(input).unwrap().to_string(), expected);
    }

    #[test]
    fn any_offset_is_read_and_z_is_written() {
        check("2023-06-15T02:25:15Z", "2023-06-15T02:25:15Z");
        check("2017-11-04T19:12:35+07:00", "2017-11-04T12:12:35Z");
        check("2017-11-04T12:24:35+00:00", "2017-11-04T12:24:35Z");
        check("2023-06-15T02:25:15.250-03:30", "2023-06-15T05:55:15.25Z");
    }

    #[test]
    fn what_is_no_datetime_is_refused() {
        for text in ["", "now", "2023-06-15", "2023-06-15T02:25:15", "1700000000", "2023-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn adding_stops_at_the_ends_of_time() {
        let last = Timestamp::UNIX_EPOCH.saturating_add_millis(i64::MAX);
        assert_eq!(last.saturating_add_millis(1), last);
        assert!(Timestamp::UNIX_EPOCH.saturating_add_seconds(i64::MIN) < Timestamp::UNIX_EPOCH);
    }
}
