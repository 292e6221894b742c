//! Replaces the history of a payment that is over.

use kakaopay_types::Reference;

use crate::commit::Seq;

/// The replacement of a payment's history by one entry that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prune {
    /// The payment.
    pub reference: Reference,
    /// The payment's last entry as its writer loaded it. If it has another one, nothing changes.
    pub expected: Seq,
    /// The entry to append, which stands for all before it. Stores do not interpret it.
    pub entry: Box<[u8]>,
}

impl Prune {
    /// The replacement of all entries up to `expected` by the next one.
    #[must_use]
    pub fn new(reference: Reference, expected: Seq, entry: impl Into<Box<[u8]>>) -> Self {
        Self { reference, expected, entry: entry.into() }
    }
}

/// The result of [pruning](crate::Store::prune).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a payment may not have been pruned"]
#[allow(clippy::exhaustive_enums, reason = "a caller must tell apart whether the payment was pruned")]
pub enum PruneOutcome {
    /// The history was replaced.
    Pruned,
    /// Nothing has changed: the payment has a deadline, or a message that was neither delivered nor skipped.
    Waiting,
}

/// The result of one call that [removes webhook events](crate::Store::prune_events).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "there may be more events"]
#[non_exhaustive]
pub struct PrunedEvents {
    /// How many were removed.
    pub removed: u64,
    /// The position behind which the next call goes on; `None` if there are no more events.
    pub next: Option<u64>,
}

impl PrunedEvents {
    /// So many events were removed, and there are others behind a position.
    pub const fn new(removed: u64, next: Option<u64>) -> Self {
        Self { removed, next }
    }
}
