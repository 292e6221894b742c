//! Requests to a store and their acknowledgements, each with its place in the record of the disk.

use std::collections::{BTreeMap, BTreeSet};

use kakaopay::store::{ClaimToken, StoreErrorKind};
use kakaopay_types::Timestamp;

/// From when on something may be there, and from when on it must.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) asked: usize,
    pub(crate) acknowledged: Option<usize>,
}

impl Span {
    /// Whether an image of that place may have it.
    pub(crate) fn may_be(self, point: usize) -> bool {
        self.asked < point
    }

    /// Whether it must.
    pub(crate) fn must_be(self, point: usize) -> bool {
        self.acknowledged.is_some_and(|acknowledged| acknowledged <= point)
    }
}

/// The completion of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Completion {
    pub(crate) span: Span,
    pub(crate) claim: ClaimToken,
    /// Whether something was shipped in the same transaction.
    pub(crate) shipped: bool,
}

/// A claim of due payments.
#[derive(Debug, Clone)]
pub(crate) struct DueClaim {
    pub(crate) span: Span,
    pub(crate) until: Timestamp,
    pub(crate) claimed: BTreeSet<String>,
}

/// Requests to a store and their acknowledgements.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// The steps of each payment, from its first.
    pub(crate) steps: BTreeMap<u8, Vec<Span>>,
    pub(crate) received: BTreeMap<u8, Span>,
    pub(crate) finished: BTreeMap<u8, Span>,
    /// Each claim of messages, with how often each was claimed then.
    pub(crate) claims: Vec<(Span, BTreeMap<String, u64>)>,
    /// Each message with those who completed it: again, when the first was not acknowledged.
    pub(crate) completed: BTreeMap<String, Vec<Completion>>,
    pub(crate) due: Vec<DueClaim>,
    /// Errors of the store.
    pub(crate) trouble: Vec<StoreErrorKind>,
}

impl History {
    /// How many steps were acknowledged.
    pub(crate) fn acknowledged_steps(&self) -> usize {
        self.steps.values().flatten().filter(|span| span.acknowledged.is_some()).count()
    }

    /// Those who have completed a message.
    pub(crate) fn completions(&self, message: &str) -> &[Completion] {
        self.completed.get(message).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds the requests of another caller.
    pub(crate) fn merge(&mut self, other: Self) {
        for (payment, spans) in other.steps {
            self.steps.entry(payment).or_default().extend(spans);
        }
        self.received.extend(other.received);
        self.finished.extend(other.finished);
        self.claims.extend(other.claims);
        for (message, completions) in other.completed {
            self.completed.entry(message).or_default().extend(completions);
        }
        self.due.extend(other.due);
        self.trouble.extend(other.trouble);
    }
}
