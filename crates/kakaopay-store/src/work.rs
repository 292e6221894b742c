//! What waits to be done: webhooks, deadlines and messages, and the claims of those who do it.

use kakaopay_types::{EventId, Reference, Timestamp};

/// A webhook to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInboxEvent {
    /// The event: what the webhook is known by.
    pub event: EventId,
    /// The body as it came.
    pub body: Box<[u8]>,
    /// When it came.
    pub received_at: Timestamp,
}

/// Whether a webhook was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertOutcome {
    /// It was stored.
    Inserted,
    /// Its event had been stored before; that body is kept.
    Duplicate,
}

/// A webhook that waits to be worked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxEvent {
    /// The event.
    pub event: EventId,
    /// The body as it came.
    pub body: Box<[u8]>,
}

/// A payment whose deadline has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePayment {
    /// The payment.
    pub reference: Reference,
    /// When it wanted to be woken.
    pub at: Timestamp,
}

/// A message that somebody is telling the merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// What the message is known by.
    pub key: String,
    /// The payment it is about.
    pub reference: Reference,
    /// What to tell.
    pub body: Box<[u8]>,
    /// The claim under which it may be completed.
    pub claim: ClaimToken,
}

/// The right to complete a message. A later claim of the same message takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimToken(u64);

impl ClaimToken {
    /// The claim with this number. Numbers of one message grow with each claim.
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

/// For how long, and how much, to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The moment of claiming: what waits for later is not claimed.
    pub now: Timestamp,
    /// When others may claim the same again, because whoever claimed it may be dead.
    pub lease_until: Timestamp,
    /// Most things to claim.
    pub limit: usize,
}

/// How much waits, for those who watch over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Payments that have a deadline: those that have not ended. The oldest is the earliest deadline.
    pub deadlines: QueueStats,
    /// Webhooks that were stored and are not worked off. The oldest is when it came.
    pub inbox: QueueStats,
    /// Messages that the merchant was not told yet. The oldest is when its step was made.
    pub outbox: QueueStats,
}

/// How much of one kind waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// How many.
    pub count: u64,
    /// Since when the oldest does.
    pub oldest: Option<Timestamp>,
}
