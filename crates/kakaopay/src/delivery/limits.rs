//! The limits of handler calls.

use std::time::Duration;

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
