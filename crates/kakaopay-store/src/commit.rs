//! One step of one payment, to be stored all of it or not at all.

use kakaopay_types::{ChargeId, Reference, Timestamp};

/// The place of an entry in a payment's journal, from one; zero is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

impl Seq {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);

    /// The place with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of the place.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// One step of one payment, to be stored all of it or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The payment.
    pub reference: Reference,
    /// The last entry that the writer has seen. Should there be another by now, nothing is stored.
    pub expected: Seq,
    /// When the step was made.
    pub at: Timestamp,
    /// What to append to the journal, if anything. What it means is its writer's business.
    pub entry: Option<Box<[u8]>>,
    /// All that the journal says up to its last entry, this one included, in one piece: it spares a reader
    /// the entries before. It takes the place of an earlier one; of a journal without entries there is none.
    /// Its version stands in the bytes, for the writer to know.
    pub snapshot: Option<Box<[u8]>>,
    /// What becomes of the payment's deadline.
    pub deadline: DeadlineChange,
    /// What to tell the merchant.
    pub messages: Vec<OutboxMessage>,
    /// A charge that is the payment's from now on.
    pub charge: Option<ChargeId>,
}

impl Commit {
    /// A step that changes nothing yet.
    #[must_use]
    pub fn new(reference: Reference, expected: Seq, at: Timestamp) -> Self {
        Self {
            reference,
            expected,
            at,
            entry: None,
            snapshot: None,
            deadline: DeadlineChange::Keep,
            messages: Vec::new(),
            charge: None,
        }
    }
}

/// What becomes of a payment's deadline. It has one at the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeadlineChange {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is at this moment, whatever it was before.
    Set(Timestamp),
    /// There is none.
    Clear,
}

/// Something to tell the merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// What it is known by for ever: a key that was stored once is never stored again.
    pub key: String,
    /// What to tell.
    pub body: Box<[u8]>,
}

/// An entry of a payment's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// What was stored.
    pub bytes: Box<[u8]>,
}

/// What is enough to know a payment by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredPayment {
    /// The newest snapshot, and the last entry it speaks of.
    pub snapshot: Option<Entry>,
    /// The entries after it: all of them, where there is no snapshot.
    pub entries: Vec<Entry>,
}
