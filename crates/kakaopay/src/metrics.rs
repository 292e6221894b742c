//! What a process has counted, for those who watch over it.

use std::sync::atomic::{AtomicU64, Ordering};

use kakaopay_ledger::Receipt;

/// What a process has counted since it began. Each only ever grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Webhooks that were stored.
    pub webhooks: u64,
    /// Webhooks whose event had been stored before.
    pub duplicates: u64,
    /// Webhooks whose signature was not the service's, or not of now. They are refused, and anybody can send them.
    pub signature_failures: u64,
    /// Webhooks that were believed and are no event as far as this version knows. They are refused; what they
    /// would have said is found by looking.
    pub not_understood: u64,
    /// Webhooks that could not be stored, and were not acknowledged.
    pub not_stored: u64,
    /// Requests of which it became unknown whether the service carried them out.
    pub unknown_outcomes: u64,
    /// Messages the handler has taken.
    pub told: u64,
    /// How often the handler has failed.
    pub handler_failures: u64,
}

/// The same, as it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    webhooks: AtomicU64,
    duplicates: AtomicU64,
    signature_failures: AtomicU64,
    not_understood: AtomicU64,
    not_stored: AtomicU64,
    unknown_outcomes: AtomicU64,
    told: AtomicU64,
    handler_failures: AtomicU64,
}

impl Counting {
    pub(crate) fn received(&self, receipt: Receipt) {
        add(match receipt {
            Receipt::New => &self.webhooks,
            Receipt::Duplicate => &self.duplicates,
        });
    }

    pub(crate) fn signature_failed(&self) {
        add(&self.signature_failures);
    }

    pub(crate) fn not_understood(&self) {
        add(&self.not_understood);
    }

    pub(crate) fn not_stored(&self) {
        add(&self.not_stored);
    }

    pub(crate) fn unknown_outcome(&self) {
        add(&self.unknown_outcomes);
    }

    pub(crate) fn told(&self) {
        add(&self.told);
    }

    pub(crate) fn handler_failed(&self) {
        add(&self.handler_failures);
    }

    pub(crate) fn read(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts {
            webhooks: read(&self.webhooks),
            duplicates: read(&self.duplicates),
            signature_failures: read(&self.signature_failures),
            not_understood: read(&self.not_understood),
            not_stored: read(&self.not_stored),
            unknown_outcomes: read(&self.unknown_outcomes),
            told: read(&self.told),
            handler_failures: read(&self.handler_failures),
        }
    }
}

/// Each stands for itself: nothing is concluded from two of them together.
fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
