//! Rows of a store, as they are copied to another.

use std::time::Duration;

use kakaopay_types::{EventId, Reference, Timestamp};

use crate::commit::Seq;
use crate::outbox::{OutboxMessage, Skip};

/// A kind of [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a store must have the rows of each kind")]
pub enum RowKind {
    /// [`Row::Payment`].
    Payment,
    /// [`Row::Event`].
    Event,
    /// [`Row::Message`].
    Message,
    /// [`Row::Job`].
    Job,
}

impl RowKind {
    /// All kinds, in an order in which rows can be inserted: a message needs its payment.
    pub const ALL: [Self; 4] = [Self::Payment, Self::Event, Self::Message, Self::Job];
}

/// A row of a store. Its times are terms, which the store that gets it counts by its own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a store must insert each row")]
pub enum Row {
    /// A reference with entries, charges or messages. Its entries, snapshot and charges are read by it, and stored by
    /// commits.
    Payment {
        /// The reference.
        reference: Reference,
        /// The last entry. A store that inserts the row has none yet.
        last: Seq,
        /// The last of the entries that were [pruned](crate::Store::prune); 0 if none was.
        pruned_to: Seq,
        /// How long it is to the deadline, if there is one.
        due_in: Option<Duration>,
    },
    /// A webhook event.
    Event {
        /// The event.
        event: EventId,
        /// The body as received; empty once it is completed.
        body: Box<[u8]>,
        /// How long ago it was received.
        age: Duration,
        /// How long it is until it can be claimed; `None` once it is completed.
        due_in: Option<Duration>,
    },
    /// A message for the merchant.
    Message(StoredMessage),
    /// A recurring job.
    Job {
        /// Its name.
        name: String,
        /// How long it is until it is due.
        due_in: Duration,
    },
}

/// A message of the outbox with everything that is known of its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a store must keep each part")]
pub struct StoredMessage {
    /// The payment that sent it.
    pub reference: Reference,
    /// The message.
    pub message: OutboxMessage,
    /// How long ago it was stored.
    pub age: Duration,
    /// The number of its last claim; 0 before the first.
    pub claim: u64,
    /// How many deliveries have failed.
    pub failures: u32,
    /// Where its delivery stands.
    pub state: MessageState,
}

/// Where the delivery of a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a store must keep each state")]
pub enum MessageState {
    /// It waits, and can be claimed in so long, if it waits for no other.
    Pending {
        /// How long it is until then.
        due_in: Duration,
    },
    /// It was delivered.
    Completed,
    /// A person has skipped it.
    Skipped {
        /// The decision.
        skip: Skip,
        /// When, by the clock of the store in which it was skipped.
        at: Timestamp,
    },
}
