//! Messages for the merchant: how they wait for each other, how they are claimed, and how a person skips one.

use kakaopay_types::{Reference, Timestamp};

/// A message for the merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxMessage {
    /// The idempotency key. A message whose key was stored before is not stored again.
    pub key: String,
    /// The serialized event.
    pub body: Box<[u8]>,
    /// Whether it waits for earlier messages of its payment.
    pub lane: Lane,
}

impl OutboxMessage {
    /// A serialized event with its idempotency key, in the lane [`Ordered`](Lane::Ordered).
    #[must_use]
    pub fn new(key: impl Into<String>, body: impl Into<Box<[u8]>>) -> Self {
        Self { key: key.into(), body: body.into(), lane: Lane::Ordered }
    }

    /// Sets the lane.
    #[must_use]
    pub fn lane(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }
}

/// Whether a message waits for the others of its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a store must know of each lane what it waits for")]
pub enum Lane {
    /// About money: not claimable while an earlier ordered message of the payment is in the queue.
    Ordered,
    /// For a person: waits for nothing, and nothing waits for it.
    Alert,
}

/// A claimed outbox message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimedMessage {
    /// The message's idempotency key.
    pub key: String,
    /// The payment that sent it.
    pub reference: Reference,
    /// The serialized event.
    pub body: Box<[u8]>,
    /// The claim that completes or fails it.
    pub claim: ClaimToken,
    /// How many deliveries have [failed](crate::Store::fail_message). A lease that ended is not one.
    pub failures: u32,
    /// Whether the stored message is damaged or was altered. Its body is empty then, and it must not be delivered.
    pub damaged: bool,
}

impl ClaimedMessage {
    /// A message of a payment that has not failed, with the claim that completes it.
    #[must_use]
    pub fn new(key: String, reference: Reference, body: impl Into<Box<[u8]>>, claim: ClaimToken) -> Self {
        Self { key, reference, body: body.into(), claim, failures: 0, damaged: false }
    }

    /// Marks it as damaged, and drops its body.
    #[must_use]
    pub fn damaged(self) -> Self {
        Self { body: Box::default(), damaged: true, ..self }
    }

    /// Sets how many deliveries have failed.
    #[must_use]
    pub fn failures(self, failures: u32) -> Self {
        Self { failures, ..self }
    }
}

/// The fencing token of a claimed row. A later claim of the same row invalidates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimToken(u64);

impl ClaimToken {
    /// The claim with this number. Each claim of a message has a higher number than the one before; those of another row
    /// have different numbers.
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

/// A person's decision that a message is not to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skip {
    /// The person.
    pub who: String,
    /// The reason.
    pub why: String,
}

impl Skip {
    /// The decision of a person, with its reason.
    #[must_use]
    pub fn new(who: impl Into<String>, why: impl Into<String>) -> Self {
        Self { who: who.into(), why: why.into() }
    }
}

/// The result of skipping a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a message may have been delivered before, or not exist"]
#[allow(clippy::exhaustive_enums, reason = "a caller must tell apart whether the message is delivered")]
pub enum SkipOutcome {
    /// The message left the queue, and is never delivered. A delivery in progress cannot complete it.
    Skipped,
    /// It was skipped before, by this decision, which is kept.
    AlreadySkipped {
        /// The decision.
        skip: Skip,
        /// When it was stored, by the store's clock.
        at: Timestamp,
    },
    /// It was delivered and completed before.
    AlreadyCompleted,
    /// No message has this key.
    NotFound,
}
