//! What a step of a payment stores besides its own.

use kakaopay_types::{EventId, Timestamp};

/// What is stored along with a step of a payment, by its first commit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Along<'a> {
    /// Webhook events that it completes.
    pub(super) completes: &'a [EventId],
    /// The deadline that an earlier step left to it.
    pub(super) postponed: Option<Postponed>,
    /// Whether the step may leave a deadline to the response of its requests: after a crash it is repeated.
    pub(super) may_wait: bool,
}

/// A deadline that a step has left to the next one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Postponed {
    pub(super) at: Timestamp,
    /// The payment's last entry at the step. A later one has planned anew.
    pub(super) seq: u64,
}

impl Along<'_> {
    /// The same for a payment with this last entry.
    pub(super) fn after(self, seq: u64) -> Self {
        Self { postponed: self.postponed.filter(|postponed| postponed.seq == seq), ..self }
    }
}
