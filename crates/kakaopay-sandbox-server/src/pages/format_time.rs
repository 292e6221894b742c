//! Timestamps on pages.

use std::fmt;

use kakaopay_types::Timestamp;

/// A timestamp on a page. Its `Display` output is machine-readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl Moment {
    /// Formats the time for people, in any language: `2026-11-29 12:04:06 UTC`.
    pub(crate) fn plain(self) -> String {
        let text = self.0.truncate_to_seconds().to_string();
        text.replace('T', " ").replace('Z', " UTC")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_two_formats() {
        let moment = Moment(Timestamp::UNIX_EPOCH);
        assert_eq!(moment.to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(moment.plain(), "1970-01-01 00:00:00 UTC");
    }
}
