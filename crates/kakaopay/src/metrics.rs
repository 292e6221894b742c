//! Counters of one process, for monitoring.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::delivery::HandlerFailure;
use crate::inbox::Refusal;

/// Counters of this process. Each starts at 0 and only increases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Webhooks stored.
    pub webhooks_received: u64,
    /// Webhooks that add nothing: their event was already stored, or says only that a known charge was created.
    pub webhooks_duplicate: u64,
    /// Webhooks rejected because of an invalid signature or timestamp. Anyone can send such requests.
    pub signature_failures: u64,
    /// Correctly signed webhooks rejected because their payload is not an event that this version
    /// understands. Polling and reconciliation find their news anyway.
    pub webhooks_malformed: u64,
    /// Requests to the webhook endpoint rejected because of their form: a repeated header, a body that is too large, cut
    /// off, or not plain JSON. Anyone can send such requests.
    pub webhooks_misformed: u64,
    /// Unsigned webhooks that were left out because they are about no charge or order of this store.
    pub webhooks_unrelated: u64,
    /// Unsigned webhooks that were rejected because too many were pending.
    pub webhooks_over_limit: u64,
    /// Webhooks that could not be stored, and were not acknowledged.
    pub webhook_store_failures: u64,
    /// Mutations whose response was lost, so that their outcome had to be found out.
    pub unknown_outcomes: u64,
    /// Charges that were found to name this store and an order that it does not have.
    pub orphaned_charges: u64,
    /// Those of them found while the store was not suspect: another copy of it is in use.
    pub second_copy_charges: u64,
    /// Notifications that the handler accepted.
    pub notifications_delivered: u64,
    /// Handler calls that failed: with an error, a panic or a timeout.
    pub handler_failures: u64,
    /// Handler calls that panicked.
    pub handler_panics: u64,
    /// Handler calls that exceeded [their timeout](crate::MerchantBuilder::handler_timeout).
    pub handler_timeouts: u64,
    /// Checks, two a minute, that found this process's clock more than 30 s off the store's or the service's.
    pub clock_warnings: u64,
}

/// The live counters behind [`Metrics`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    webhooks_received: AtomicU64,
    webhooks_duplicate: AtomicU64,
    signature_failures: AtomicU64,
    webhooks_malformed: AtomicU64,
    webhooks_misformed: AtomicU64,
    webhooks_unrelated: AtomicU64,
    webhooks_over_limit: AtomicU64,
    webhook_store_failures: AtomicU64,
    unknown_outcomes: AtomicU64,
    orphaned_charges: AtomicU64,
    second_copy_charges: AtomicU64,
    notifications_delivered: AtomicU64,
    handler_failures: AtomicU64,
    handler_panics: AtomicU64,
    handler_timeouts: AtomicU64,
    clock_warnings: AtomicU64,
}

impl Counters {
    pub(crate) fn webhook_stored(&self, is_new: bool) {
        increment(if is_new { &self.webhooks_received } else { &self.webhooks_duplicate });
    }

    pub(crate) fn webhook_refused(&self, refusal: Refusal) {
        increment(match refusal {
            Refusal::Form => &self.webhooks_misformed,
            Refusal::Signature => &self.signature_failures,
            Refusal::Payload => &self.webhooks_malformed,
            Refusal::Unrelated => &self.webhooks_unrelated,
            Refusal::OverLimit => &self.webhooks_over_limit,
        });
    }

    pub(crate) fn webhook_store_failed(&self) {
        increment(&self.webhook_store_failures);
    }

    pub(crate) fn unknown_outcome(&self) {
        increment(&self.unknown_outcomes);
    }

    pub(crate) fn orphaned_charge(&self, second_copy: bool) {
        increment(&self.orphaned_charges);
        if second_copy {
            increment(&self.second_copy_charges);
        }
    }

    pub(crate) fn notification_delivered(&self) {
        increment(&self.notifications_delivered);
    }

    pub(crate) fn handler_failed(&self, failure: &HandlerFailure) {
        increment(&self.handler_failures);
        match failure {
            HandlerFailure::Panic => increment(&self.handler_panics),
            HandlerFailure::Timeout(_) => increment(&self.handler_timeouts),
            HandlerFailure::Error(_) | HandlerFailure::Interrupted => {}
        }
    }

    pub(crate) fn clock_warned(&self) {
        increment(&self.clock_warnings);
    }

    pub(crate) fn read(&self) -> Metrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            webhooks_received: read(&self.webhooks_received),
            webhooks_duplicate: read(&self.webhooks_duplicate),
            signature_failures: read(&self.signature_failures),
            webhooks_malformed: read(&self.webhooks_malformed),
            webhooks_misformed: read(&self.webhooks_misformed),
            webhooks_unrelated: read(&self.webhooks_unrelated),
            webhooks_over_limit: read(&self.webhooks_over_limit),
            webhook_store_failures: read(&self.webhook_store_failures),
            unknown_outcomes: read(&self.unknown_outcomes),
            orphaned_charges: read(&self.orphaned_charges),
            second_copy_charges: read(&self.second_copy_charges),
            notifications_delivered: read(&self.notifications_delivered),
            handler_failures: read(&self.handler_failures),
            handler_panics: read(&self.handler_panics),
            handler_timeouts: read(&self.handler_timeouts),
            clock_warnings: read(&self.clock_warnings),
        }
    }
}

/// Relaxed ordering suffices: the counters are independent of each other.
fn increment(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
