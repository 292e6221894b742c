//! When a row is due, and when that was set.

use std::time::Duration;

use kakaopay_types::Timestamp;

use crate::term::{SET_BACK_TERM, after};

/// When a row is due, and when that was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    set_at: Timestamp,
    /// The lease of a claimed row, at whose end it is due, and the number of the claim.
    lease: Option<(Duration, u64)>,
}

impl Due {
    /// Due in so long.
    pub(super) fn after(now: Timestamp, term: Duration) -> Self {
        Self { at: after(now, term), set_at: now, lease: None }
    }

    /// Due at the end of the lease of this claim.
    pub(super) fn leased(now: Timestamp, lease: Duration, claim: u64) -> Self {
        Self { lease: Some((lease, claim)), ..Self::after(now, lease) }
    }

    /// Lets the lease end in so long, if it is of this claim.
    pub(super) fn renew(&mut self, claim: u64, lease: Duration, now: Timestamp) {
        if self.lease.is_some_and(|(_, found)| found == claim) {
            *self = Self::leased(now, lease, claim);
        }
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

    /// Corrects a row that was set in the future of the clock. A lease keeps its length: its process is at work.
    pub(super) fn correct(&mut self, now: Timestamp) {
        if self.is_ahead(now) {
            let latest = after(now, self.lease.map_or(SET_BACK_TERM, |(lease, _)| lease));
            *self = Self { at: self.at.min(latest), set_at: now, lease: self.lease };
        }
    }
}
