//! The limits of handler calls.

use std::time::Duration;

use kakaopay_types::Timestamp;

/// Time by which the lease of a claimed message exceeds the timeout of its handler call, in seconds.
const LEASE_MARGIN_SECONDS: i64 = 60;

/// The limits of handler calls, set by the builder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandlerLimits {
    pub(crate) timeout: Duration,
    pub(crate) max_concurrent: usize,
}

impl Default for HandlerLimits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), max_concurrent: 16 }
    }
}

impl HandlerLimits {
    /// Returns the end of a lease that begins now.
    pub(crate) fn lease_until(self, now: Timestamp) -> Timestamp {
        let timeout = i64::try_from(self.timeout.as_secs()).unwrap_or(i64::MAX);
        now.saturating_add_seconds(timeout.saturating_add(LEASE_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_covers_the_handler_timeout() {
        let now = Timestamp::UNIX_EPOCH;
        let lease = |timeout| HandlerLimits { timeout, ..HandlerLimits::default() }.lease_until(now);
        assert_eq!(lease(Duration::from_secs(60)), now.saturating_add_seconds(120));
        assert_eq!(lease(Duration::from_secs(600)), now.saturating_add_seconds(660));
        assert!(lease(Duration::MAX) > now.saturating_add_seconds(660));
    }
}
