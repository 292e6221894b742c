//! Pending work: webhook events and due payments, how rows are claimed, and counts of all of it.

use kakaopay_types::{EventId, Reference, Timestamp};

/// A webhook event to store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewInboxEvent {
    /// The event's id, which identifies duplicates.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
    /// When it was received.
    pub received_at: Timestamp,
}

impl NewInboxEvent {
    /// An event with the body as received.
    #[must_use]
    pub fn new(event: EventId, body: impl Into<Box<[u8]>>, received_at: Timestamp) -> Self {
        Self { event, body: body.into(), received_at }
    }
}

/// Whether a webhook event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "an event is new or it is not")]
pub enum InsertOutcome {
    /// It was stored.
    Inserted,
    /// The event was stored before; the earlier body is kept.
    Duplicate,
}

/// A claimed webhook event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxEvent {
    /// The event.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
}

impl InboxEvent {
    /// An event with the body as received.
    #[must_use]
    pub fn new(event: EventId, body: impl Into<Box<[u8]>>) -> Self {
        Self { event, body: body.into() }
    }
}

/// A payment whose deadline has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuePayment {
    /// The payment.
    pub reference: Reference,
    /// The deadline that has passed.
    pub at: Timestamp,
}

impl DuePayment {
    /// A payment with the deadline that has passed.
    #[must_use]
    pub fn new(reference: Reference, at: Timestamp) -> Self {
        Self { reference, at }
    }
}

/// How many rows to claim, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// The current time: rows that become visible later are not claimed.
    pub now: Timestamp,
    /// The end of the lease: from then on other processes can claim the rows.
    pub lease_until: Timestamp,
    /// Maximum number of rows.
    pub limit: usize,
}

impl ClaimRequest {
    /// Claims at most `limit` rows that are visible at `now`, until `lease_until`.
    #[must_use]
    pub fn new(now: Timestamp, lease_until: Timestamp, limit: usize) -> Self {
        Self { now, lease_until, limit }
    }

    /// Sets the maximum number of rows.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

/// Counts of pending work, for monitoring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// Payments with a deadline, which are the ones that have not ended. `oldest` is the earliest deadline.
    pub deadlines: QueueStats,
    /// Webhook events not completed. `oldest` is the time of receipt.
    pub inbox: QueueStats,
    /// Messages neither completed nor skipped. `oldest` is the time of their commit.
    pub outbox: QueueStats,
}

impl Backlog {
    /// The pending work of all kinds.
    #[must_use]
    pub fn new(deadlines: QueueStats, inbox: QueueStats, outbox: QueueStats) -> Self {
        Self { deadlines, inbox, outbox }
    }
}

/// Pending work of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStats {
    /// How many.
    pub count: u64,
    /// The time of the oldest; `None` if there is none.
    pub oldest: Option<Timestamp>,
}

impl QueueStats {
    /// How many there are, and the time of the oldest.
    #[must_use]
    pub fn new(count: u64, oldest: Option<Timestamp>) -> Self {
        Self { count, oldest }
    }
}
