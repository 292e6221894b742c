//! One atomic change of one payment.

use std::time::Duration;

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::outbox::{ClaimedMessage, OutboxMessage};

/// The sequence number of a journal entry, starting at 1 for each payment; 0 is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

impl Seq {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);

    /// The sequence number `number`.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The next sequence number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// One atomic change of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The payment.
    pub reference: Reference,
    /// The payment's last entry as its writer loaded it. If it has another one, nothing is stored.
    pub expected: Seq,
    /// The entry to append to the journal. Stores do not interpret it.
    pub entry: Option<Box<[u8]>>,
    /// A snapshot of the payment after the last entry, including `entry`. It replaces an earlier one, and is
    /// ignored without entries. Stores do not interpret it.
    pub snapshot: Option<Box<[u8]>>,
    /// The change of the payment's deadline.
    pub deadline: DeadlineChange,
    /// Messages for the merchant, in order.
    pub messages: Vec<OutboxMessage>,
    /// A charge to bind to the payment.
    pub charge: Option<ChargeId>,
    /// Webhook events that are completed with it.
    pub completes: Vec<EventId>,
}

impl Commit {
    /// A commit without changes.
    #[must_use]
    pub fn new(reference: Reference, expected: Seq) -> Self {
        Self {
            reference,
            expected,
            entry: None,
            snapshot: None,
            deadline: DeadlineChange::Keep,
            messages: Vec::new(),
            charge: None,
            completes: Vec::new(),
        }
    }

    /// Sets the entry to append to the journal.
    #[must_use]
    pub fn entry(self, entry: impl Into<Box<[u8]>>) -> Self {
        Self { entry: Some(entry.into()), ..self }
    }

    /// Sets the snapshot of the payment after the last entry.
    #[must_use]
    pub fn snapshot(self, snapshot: impl Into<Box<[u8]>>) -> Self {
        Self { snapshot: Some(snapshot.into()), ..self }
    }

    /// Sets the change of the payment's deadline.
    #[must_use]
    pub fn deadline(self, deadline: DeadlineChange) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the messages for the merchant, in order.
    #[must_use]
    pub fn messages(self, messages: Vec<OutboxMessage>) -> Self {
        Self { messages, ..self }
    }

    /// Sets the charge to bind to the payment.
    #[must_use]
    pub fn charge(self, charge: ChargeId) -> Self {
        Self { charge: Some(charge), ..self }
    }

    /// Sets the webhook events that are completed with it.
    #[must_use]
    pub fn completes(self, completes: Vec<EventId>) -> Self {
        Self { completes, ..self }
    }
}

/// A stored commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The payment's last entry.
    pub last: Seq,
    /// The messages that were stored as claimed.
    pub claimed: Vec<ClaimedMessage>,
}

impl Committed {
    /// A commit that was stored, with the messages that were stored as claimed.
    #[must_use]
    pub fn new(last: Seq, claimed: Vec<ClaimedMessage>) -> Self {
        Self { last, claimed }
    }
}

/// A change of a payment's deadline, of which it has at most one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a store must make every change, so a new one must not pass it")]
pub enum DeadlineChange {
    /// Keeps it.
    #[default]
    Keep,
    /// Sets it so far from now.
    In(Duration),
    /// Removes it.
    Clear,
}

/// An entry of a payment's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its sequence number.
    pub seq: Seq,
    /// The stored bytes.
    pub bytes: Box<[u8]>,
}

impl Entry {
    /// The bytes of an entry with its sequence number.
    #[must_use]
    pub fn new(seq: Seq, bytes: impl Into<Box<[u8]>>) -> Self {
        Self { seq, bytes: bytes.into() }
    }
}

/// A stored payment: its newest snapshot and the entries after it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredPayment {
    /// The newest snapshot, with the sequence number of the last entry in it.
    pub snapshot: Option<Entry>,
    /// The entries after the snapshot; all of them without one.
    pub entries: Vec<Entry>,
    /// The charges of a reference that has no entries; empty otherwise.
    pub charges: Vec<ChargeId>,
    /// Why the store is [closed](crate::Setting::Closed), if it is.
    pub closed: Option<String>,
    /// Why the store is [suspect](crate::Setting::Suspect), if it is.
    pub suspect: Option<String>,
    /// What the store's clock showed at the reading. A payment is moved on by this clock, so that the clock of one
    /// process cannot mislead the others.
    pub now: Timestamp,
}

impl StoredPayment {
    /// A snapshot and the entries after it, at 1970 by the store's clock.
    #[must_use]
    pub fn new(snapshot: Option<Entry>, entries: Vec<Entry>) -> Self {
        Self { snapshot, entries, ..Self::default() }
    }

    /// Sets the charges of a reference that has no entries.
    #[must_use]
    pub fn charges(self, charges: Vec<ChargeId>) -> Self {
        Self { charges, ..self }
    }

    /// Sets why the store is suspect.
    #[must_use]
    pub fn suspect(self, suspect: Option<String>) -> Self {
        Self { suspect, ..self }
    }

    /// Sets why the store is closed.
    #[must_use]
    pub fn closed(self, closed: Option<String>) -> Self {
        Self { closed, ..self }
    }

    /// Sets what the store's clock showed.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }
}

impl Default for StoredPayment {
    fn default() -> Self {
        Self {
            snapshot: None,
            entries: Vec::new(),
            charges: Vec::new(),
            closed: None,
            suspect: None,
            now: Timestamp::UNIX_EPOCH,
        }
    }
}
