//! Errors of driving, refunding and replaying a payment.

use std::num::NonZeroU32;

use kakaopay_types::{Money, Reference, Timestamp};
use thiserror::Error;

/// The driver broke the contract of [`Payment`](crate::Payment). The payment is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApiMisuse {
    /// Outputs of the previous input are left.
    #[error("outputs are left: call poll_output until it returns None before the next input")]
    NotDrained,
    /// The last entry is not acknowledged as durable.
    #[error("entry {seq} is not acknowledged: handle Input::Persisted({seq}) once it is durable")]
    NotAcknowledged {
        /// The sequence number of that entry.
        seq: u64,
    },
    /// An entry was acknowledged that is not pending.
    #[error("unexpected Input::Persisted({seq}): acknowledge each entry once, right after it is durable")]
    UnexpectedAcknowledgement {
        /// The acknowledged sequence number.
        seq: u64,
    },
}

/// A refund cannot begin. The payment is unchanged, and no request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefundError {
    /// The driver broke the contract of [`Payment`](crate::Payment).
    #[error(transparent)]
    ApiMisuse(#[from] ApiMisuse),
    /// The payment is not paid, as far as this payment has read its charge.
    #[error("the payment is not paid: refund it after the paid event")]
    NotPaid,
    /// The request names a charge that is not a paid one of the payment, as far as this payment has read it.
    #[error("the payment has no paid charge with this id: refund a charge after its paid-late event")]
    ChargeNotPaid,
    /// The amount exceeds the paid amount less the other refunds.
    #[error("the refund exceeds the refundable rest: request at most {left} ({} in minor units)", left.minor_units())]
    Exceeds {
        /// The refundable rest.
        left: Money,
    },
    /// The refund window has closed. [`LateRefund::Forward`](crate::LateRefund::Forward) requests the
    /// refund anyway.
    #[error("the refund window closed at {closed_at}: use LateRefund::Forward to let Omise decide")]
    WindowClosed {
        /// When the window closed.
        closed_at: Timestamp,
    },
    /// The payment has another refund with this reference: its amount, `void` or `late_refund` differs.
    #[error("the payment has another refund with this reference: use a new reference")]
    ReferenceConflict,
}

/// Another attempt cannot begin. The payment is unchanged, and no request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PayAgainError {
    /// The driver broke the contract of [`Payment`](crate::Payment).
    #[error(transparent)]
    ApiMisuse(#[from] ApiMisuse),
    /// The amount differs from that of the attempt at hand, which has not ended.
    #[error("attempt {attempt} over {amount} can still be paid: change the amount once it has ended")]
    AmountConflict {
        /// The attempt at hand.
        attempt: NonZeroU32,
        /// Its amount.
        amount: Money,
    },
    /// The payment has no such attempt.
    #[error(
        "attempt {after} does not exist, {attempt} is the last one: name the attempt whose end was notified"
    )]
    UnknownAttempt {
        /// The named attempt.
        after: NonZeroU32,
        /// The attempt at hand.
        attempt: NonZeroU32,
    },
}

/// Why a payment is not over, so that it cannot be pruned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PruneError {
    /// The driver broke the contract.
    #[error(transparent)]
    ApiMisuse(#[from] ApiMisuse),
    /// The payment has not ended.
    #[error("the payment has not ended: wait until it has")]
    NotEnded,
    /// A refund has not ended, or the refund of an earlier request may still appear.
    #[error("refund {reference} is still under way: wait until it has ended")]
    RefundOpen {
        /// The refund's own reference.
        reference: Reference,
    },
    /// An alert is open.
    #[error("alert {key} is open: follow its next step, then acknowledge it")]
    AlertOpen {
        /// The alert's key.
        key: String,
    },
    /// A second charge of the order is looked for, or can still be paid.
    #[error("a second charge of the order may still be paid: wait until it has ended")]
    DuplicateSought,
}

/// A journal or a snapshot cannot be replayed. The stored bytes are unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The stored format is unknown, for instance because a newer version of this library wrote it.
    #[error("entry {seq} has the unknown format version {version}: update this library")]
    Version {
        /// The entry; zero for a snapshot.
        seq: u64,
        /// The version of the stored format.
        version: u32,
    },
    /// The bytes are damaged, or are no entry or snapshot.
    #[error("entry {seq} (0: the snapshot) cannot be decoded: its bytes are damaged or no entry")]
    Unreadable {
        /// The entry; zero for a snapshot.
        seq: u64,
    },
    /// An entry is missing, doubled, or out of order.
    #[error("entry {found} follows where entry {expected} is expected: pass the whole journal in order")]
    OutOfOrder {
        /// The expected sequence number.
        expected: u64,
        /// The sequence number found.
        found: u64,
    },
    /// A record cannot follow the records before it.
    #[error("entry {seq} contradicts the entries before it: the journal is damaged or mixes payments")]
    Impossible {
        /// The entry.
        seq: u64,
    },
}
