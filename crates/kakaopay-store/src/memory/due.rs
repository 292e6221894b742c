//! When a row is due, and when that was set.

use std::time::Duration;

use kakaopay_types::Timestamp;

use crate::term::{SET_BACK_TERM, after};

/// When a row is due, and when that was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    set_at: Timestamp,
    /// The lease of a claimed message, at whose end it is due.
    lease: Option<Duration>,
}

impl Due {
    /// Due in so long.
    pub(super) fn after(now: Timestamp, term: Duration) -> Self {
        Self { at: after(now, term), set_at: now, lease: None }
    }

    /// Due at the end of the lease of a message.
    pub(super) fn leased(now: Timestamp, lease: Duration) -> Self {
        Self { lease: Some(lease), ..Self::after(now, lease) }
    }

    /// Due since ever, so that it is before all others.
    pub(super) fn first(now: Timestamp) -> Self {
        Self { at: Timestamp::UNIX_EPOCH, set_at: now, lease: None }
    }

    pub(super) fn is_due(self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// Whether it was set in the future of the clock.
    pub(super) fn is_ahead(self, now: Timestamp) -> bool {
        self.set_at > now
    }

    /// Corrects a row that was set in the future of the clock. A lease keeps its length: its handler is at work.
    pub(super) fn correct(&mut self, now: Timestamp) {
        if self.is_ahead(now) {
            let latest = after(now, self.lease.unwrap_or(SET_BACK_TERM));
            *self = Self { at: self.at.min(latest), set_at: now, lease: self.lease };
        }
    }
}
