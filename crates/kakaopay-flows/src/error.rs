//! What goes wrong when a payment is driven wrongly, or its journal is not its own.

use thiserror::Error;

/// The driver broke the contract of [`Payment`](crate::Payment). The payment is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Misuse {
    /// Outputs of the step before have not been taken.
    #[error("take every output before the next input")]
    NotDrained,
    /// The step before is not known to be durable.
    #[error("entry {seq} must be acknowledged with Persisted before any other input")]
    NotAcknowledged {
        /// The entry that was to be persisted.
        seq: u64,
    },
    /// Something was acknowledged that nobody waits for.
    #[error("no entry waits for Persisted({seq})")]
    UnexpectedAcknowledgement {
        /// The sequence number that was given.
        seq: u64,
    },
}

/// A journal cannot be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// Written by a newer version of this library.
    #[error("entry {seq} has stored form {version}, which this version does not know: update it")]
    Version {
        /// The entry.
        seq: u64,
        /// The version of its form.
        version: u32,
    },
    /// The bytes are damaged, or never were an entry.
    #[error("entry {seq} cannot be read")]
    Unreadable {
        /// The entry.
        seq: u64,
    },
    /// An entry is missing, doubled, or out of order.
    #[error("entry {found} stands where {expected} should")]
    OutOfOrder {
        /// The sequence number that should come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// A record does not fit the state it meets.
    #[error("entry {seq} does not fit what comes before it")]
    Impossible {
        /// The entry.
        seq: u64,
    },
}
