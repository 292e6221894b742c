//! What goes wrong when a payment is driven wrongly, cannot be refunded, or its journal is not its own.

use kakaopay_types::Timestamp;
use thiserror::Error;

/// The driver broke the contract of [`Payment`](crate::Payment). The payment is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiMisuse {
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

/// A refund that is not begun. The payment is unchanged, and nothing was asked of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefundError {
    /// The driver broke the contract of [`Payment`](crate::Payment).
    #[error(transparent)]
    ApiMisuse(#[from] ApiMisuse),
    /// The payment is not known to be paid.
    #[error("the payment is not paid")]
    NotPaid,
    /// The refunds of the payment would give back more than was paid.
    #[error("only {left} minor units are left to refund")]
    Exceeds {
        /// How much may still go back, in minor units.
        left: i64,
    },
    /// The time for refunds has passed. [`LateRefund::Forward`](crate::AfterWindow) asks all
    /// the same.
    #[error("the time for refunds passed at {closed_at}")]
    WindowClosed {
        /// When it passed.
        closed_at: Timestamp,
    },
    /// The payment has another refund of this reference: of another amount, or another way.
    #[error("the refund's reference belongs to another refund of the payment")]
    ReferenceConflict,
}

/// A journal cannot be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// Written by a newer version of this library.
    #[error("entry {seq} has stored form {version}, which this version does not know: update it")]
    Version {
        /// The entry, or the last one of a snapshot.
        seq: u64,
        /// The version of its form.
        version: u32,
    },
    /// The bytes are damaged, or never were an entry or a snapshot.
    #[error("entry {seq} cannot be read")]
    Unreadable {
        /// The entry; zero for a snapshot.
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
