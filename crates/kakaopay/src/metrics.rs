//! Counters of one process, for monitoring.

use std::sync::atomic::{AtomicU64, Ordering};

use kakaopay_ledger::Receipt;

/// Counters of this process. Each starts at 0 and only increases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Webhooks stored.
    pub webhooks: u64,
    /// Webhooks whose event was already stored.
    pub duplicates: u64,
    /// Webhooks rejected because of an invalid signature or timestamp. Anyone can send such requests.
    pub signature_failures: u64,
    /// Correctly signed webhooks rejected because their payload is not an event that this version
    /// understands. Polling and reconciliation find their news anyway.
    pub not_understood: u64,
    /// Webhooks that could not be stored, and were not acknowledged.
    pub not_stored: u64,
    /// Mutations whose response was lost, so that their outcome had to be found out.
    pub unknown_outcomes: u64,
    /// Notifications that the handler accepted.
    pub told: u64,
    /// Errors returned by the handler.
    pub handler_failures: u64,
}

/// The live counters behind [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    webhooks_received: AtomicU64,
    webhooks_duplicate: AtomicU64,
    signature_failures: AtomicU64,
    webhooks_malformed: AtomicU64,
    webhook_store_failures: AtomicU64,
    unknown_outcomes: AtomicU64,
    notifications_delivered: AtomicU64,
    handler_failures: AtomicU64,
}

impl Counters {
    pub(crate) fn webhook_stored(&self, receipt: Receipt) {
        increment(match receipt {
            Receipt::New => &self.webhooks_received,
            Receipt::Duplicate => &self.webhooks_duplicate,
        });
    }

    pub(crate) fn signature_failed(&self) {
        increment(&self.signature_failures);
    }

    pub(crate) fn webhook_malformed(&self) {
        increment(&self.webhooks_malformed);
    }

    pub(crate) fn webhook_store_failed(&self) {
        increment(&self.webhook_store_failures);
    }

    pub(crate) fn unknown_outcome(&self) {
        increment(&self.unknown_outcomes);
    }

    pub(crate) fn notification_delivered(&self) {
        increment(&self.notifications_delivered);
    }

    pub(crate) fn handler_failed(&self) {
        increment(&self.handler_failures);
    }

    pub(crate) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            webhooks: read(&self.webhooks_received),
            duplicates: read(&self.webhooks_duplicate),
            signature_failures: read(&self.signature_failures),
            not_understood: read(&self.webhooks_malformed),
            not_stored: read(&self.webhook_store_failures),
            unknown_outcomes: read(&self.unknown_outcomes),
            told: read(&self.notifications_delivered),
            handler_failures: read(&self.handler_failures),
        }
    }
}

/// Relaxed ordering suffices: the counters are independent of each other.
fn increment(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
