//! RFC 3339 datetimes. jiff-core provides the calendar; only the text is parsed and formatted here,
//! because the API needs no more.

use std::fmt;

use jiff_core::Timestamp;
use jiff_core::civil::{Date, DateTime, Time};
use jiff_core::tz::Offset;

/// Parses `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`. A leap second becomes the second before it.
pub(crate) fn parse(text: &[u8]) -> Option<Timestamp> {
    let (
        &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T' | b't', h0, h1, b':', n0, n1, b':', s0, s1],
        rest,
    ) = text.split_first_chunk()?
    else {
        return None;
    };
    let (nanos, rest) = match rest.split_first() {
        Some((b'.', rest)) => fraction(rest)?,
        _ => (0, rest),
    };
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let date = Date::new(year, small(two(m0, m1)?)?, small(two(d0, d1)?)?).ok()?;
    let second = match two(s0, s1)? {
        60 => 59,
        second => small(second)?,
    };
    let time = Time::new(small(two(h0, h1)?)?, small(two(n0, n1)?)?, second, nanos).ok()?;
    DateTime::from_parts(date, time).to_timestamp(offset(rest)?).ok()
}

/// Formats with `Z` and only the significant digits of the fraction.
pub(crate) fn write(moment: Timestamp, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let there = moment.to_datetime(Offset::UTC);
    let (date, time) = (there.date(), there.time());
    write!(f, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day())?;
    write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
    match time.subsec_nanosecond() {
        0 => f.write_str("Z"),
        nanos => write!(f, ".{}Z", format!("{nanos:09}").trim_end_matches('0')),
    }
}

/// Parses one to nine digits as nanoseconds and returns the remaining text.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    if !(1..=9).contains(&length) {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat_n(b'0', 9 - length));
    Some((padded.fold(0, |nanos, digit| nanos * 10 + i32::from(digit - b'0')), rest))
}

fn offset(text: &[u8]) -> Option<Offset> {
    let (sign, h0, h1, m0, m1) = match *text {
        [b'Z' | b'z'] => return Some(Offset::UTC),
        [b'+', h0, h1, b':', m0, m1] => (1, h0, h1, m0, m1),
        [b'-', h0, h1, b':', m0, m1] => (-1, h0, h1, m0, m1),
        _ => return None,
    };
    let (hours, minutes) = (two(h0, h1)?, two(m0, m1)?);
    let seconds = sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60);
    (hours < 24 && minutes < 60).then(|| Offset::from_seconds(seconds).ok())?
}

/// Parses two digits.
fn two(tens: u8, ones: u8) -> Option<i16> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn small(number: i16) -> Option<i8> {
    number.try_into().ok()
}
