//! Pending work: webhook events, due payments and outbox messages, and how they are claimed.

use kakaopay_types::{EventId, Reference, Timestamp};

/// A webhook event to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInboxEvent {
    /// The event's id, which identifies duplicates.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
    /// When it was received.
    pub received_at: Timestamp,
}

/// Whether a webhook event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertOutcome {
    /// It was stored.
    Inserted,
    /// The event was stored before; the earlier body is kept.
    Duplicate,
}

/// A claimed webhook event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxEvent {
    /// The event.
    pub event: EventId,
    /// The body as received.
    pub body: Box<[u8]>,
}

/// A payment whose deadline has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePayment {
    /// The payment.
    pub reference: Reference,
    /// The deadline that has passed.
    pub at: Timestamp,
}

/// A claimed outbox message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// The message's idempotency key.
    pub key: String,
    /// The payment that sent it.
    pub reference: Reference,
    /// The serialized event.
    pub body: Box<[u8]>,
    /// The claim that completes it.
    pub claim: ClaimToken,
}

/// The fencing token of a claimed message. A later claim of the same message invalidates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimToken(u64);

impl ClaimToken {
    /// The claim with this number. Each claim of a message has a higher number than the one before.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of the claim.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// How many rows to claim, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The current time: rows that become visible later are not claimed.
    pub now: Timestamp,
    /// The end of the lease: from then on other processes can claim the rows.
    pub lease_until: Timestamp,
    /// Maximum number of rows.
    pub limit: usize,
}

/// Counts of pending work, for monitoring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Payments with a deadline, which are the ones that have not ended. `oldest` is the earliest deadline.
    pub deadlines: QueueStats,
    /// Webhook events not completed. `oldest` is the time of receipt.
    pub inbox: QueueStats,
    /// Messages not completed. `oldest` is the time of their commit.
    pub outbox: QueueStats,
}

/// Pending work of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// How many.
    pub count: u64,
    /// The time of the oldest; `None` if there is none.
    pub oldest: Option<Timestamp>,
}
