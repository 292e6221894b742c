//! Pending work: webhook events, how rows are claimed, and counts of all of it.

use std::time::Duration;

use kakaopay_types::{EventId, Reference};

use crate::outbox::ClaimToken;

/// A webhook event to store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewInboxEvent {
    /// The event's id, which identifies duplicates.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
}

impl NewInboxEvent {
    /// An event with the body as received.
    #[must_use]
    pub fn new(event: EventId, body: impl Into<Box<[u8]>>) -> Self {
        Self { event, body: body.into() }
    }
}

/// Whether a webhook event was new.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a caller must tell apart whether the event is stored")]
pub enum InsertOutcome {
    /// It was stored.
    Inserted,
    /// The event was stored before; the earlier body is kept.
    Duplicate,
    /// The store is [closed](crate::Setting::Closed), so that the event was not stored.
    Closed {
        /// Why it is closed.
        why: String,
    },
}

/// A claimed webhook event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxEvent {
    /// The event.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
    /// The claim that renews it.
    pub claim: ClaimToken,
    /// Whether the stored event is damaged or was altered. Its body is empty then.
    pub damaged: bool,
}

impl InboxEvent {
    /// An event with the body as received, and the claim that renews it.
    #[must_use]
    pub fn new(event: EventId, body: impl Into<Box<[u8]>>, claim: ClaimToken) -> Self {
        Self { event, body: body.into(), claim, damaged: false }
    }

    /// Marks it as damaged, and drops its body.
    #[must_use]
    pub fn damaged(self) -> Self {
        Self { body: Box::default(), damaged: true, ..self }
    }
}

/// How many rows to claim, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// The lease: after it other processes can claim the rows.
    pub lease: Duration,
    /// Maximum number of rows.
    pub limit: usize,
}

impl ClaimRequest {
    /// Claims at most `limit` rows for so long.
    #[must_use]
    pub fn new(lease: Duration, limit: usize) -> Self {
        Self { lease, limit }
    }

    /// Sets the maximum number of rows.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

/// A claimed payment, whose deadline has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuePayment {
    /// The payment.
    pub reference: Reference,
    /// The claim that renews it, until a commit changes the deadline.
    pub claim: ClaimToken,
}

impl DuePayment {
    /// A payment with the claim that renews it.
    #[must_use]
    pub fn new(reference: Reference, claim: ClaimToken) -> Self {
        Self { reference, claim }
    }
}

/// A claimed row whose lease can be [renewed](crate::Store::renew).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::exhaustive_enums, reason = "a store must renew each kind")]
pub enum Held {
    /// A payment whose deadline has passed.
    Payment(Reference, ClaimToken),
    /// A webhook event.
    Event(EventId, ClaimToken),
    /// A message, by its idempotency key.
    Message(String, ClaimToken),
}

/// Counts of pending work, for monitoring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// Payments with a deadline, which are the ones that have not ended. `age` is the time since the earliest
    /// deadline.
    pub deadlines: QueueStats,
    /// Webhook events not completed. `age` is the time since the first was received.
    pub inbox: QueueStats,
    /// Messages neither completed nor skipped. `age` is the time since the commit of the first.
    pub outbox: QueueStats,
    /// How many of all these, and of the jobs, were set in the future of the store's clock, which was set back since.
    /// They are due after two minutes at the latest. A store may count messages that wait behind such a one, too.
    pub ahead: u64,
}

impl Backlog {
    /// The pending work of all kinds, none of it ahead.
    #[must_use]
    pub fn new(deadlines: QueueStats, inbox: QueueStats, outbox: QueueStats) -> Self {
        Self { deadlines, inbox, outbox, ahead: 0 }
    }

    /// Sets how much was set in the future.
    #[must_use]
    pub fn ahead(self, ahead: u64) -> Self {
        Self { ahead, ..self }
    }
}

/// Pending work of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStats {
    /// How many.
    pub count: u64,
    /// How long the oldest has waited, by the store's clock; `None` if there is none. Zero if its time is still to
    /// come.
    pub age: Option<Duration>,
}

impl QueueStats {
    /// How many there are, and how long the oldest has waited.
    #[must_use]
    pub fn new(count: u64, age: Option<Duration>) -> Self {
        Self { count, age }
    }
}
