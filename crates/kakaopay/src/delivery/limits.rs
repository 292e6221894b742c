//! The limits of handler calls.

use std::time::Duration;

/// Time by which the lease of a claimed message exceeds the timeout of its handler call.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

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
    /// Returns the lease of a claimed message.
    pub(crate) fn lease(self) -> Duration {
        self.timeout.saturating_add(LEASE_MARGIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_covers_the_handler_timeout() {
        let lease = |timeout| HandlerLimits { timeout, ..HandlerLimits::default() }.lease();
        assert_eq!(lease(Duration::from_secs(60)), Duration::from_secs(120));
        assert_eq!(lease(Duration::from_secs(600)), Duration::from_secs(660));
        assert_eq!(lease(Duration::MAX), Duration::MAX);
    }
}
