//! What goes wrong when payments are driven.

use kakaopay_flows::{Misuse, RefundError, ReplayError};
use kakaopay_ledger::StoreError;
use kakaopay_types::{Mode, PaymentAmount, Reference};
use thiserror::Error;

/// What went wrong. Nothing was lost: what was stored is carried on by [`Merchant::run`].
///
/// [`Merchant::run`]: crate::Merchant::run
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The store is in trouble.
    #[error("the payment could not be stored or loaded")]
    Store(#[from] StoreError),
    /// A payment's journal cannot be read.
    #[error("the journal of {reference} cannot be replayed")]
    Journal {
        /// The payment.
        reference: Reference,
        /// What is wrong with it.
        source: ReplayError,
    },
    /// An order with the same reference was for another amount. Give each order its own reference.
    #[error("the reference {reference} belongs to an order of {amount}: give each order its own")]
    ReferenceTaken {
        /// The reference.
        reference: Reference,
        /// The amount of the order that has it.
        amount: PaymentAmount,
    },
    /// The payment belongs to the other mode: a test payment must not count for a live shop, nor be
    /// moved with a live key. Keep a ledger for each mode.
    #[error("{reference} is a {mode} payment, and this is not a {mode} key: keep a ledger for each mode")]
    OtherMode {
        /// The payment.
        reference: Reference,
        /// Its mode.
        mode: Mode,
    },
    /// A separate source needs the public key of the same mode, and none was given.
    #[error(
        "a source of its own needs the public key of this mode: give it to the builder, or leave the source to the charge"
    )]
    NoPublicKey,
    /// No payment has this reference.
    #[error("no payment has the reference {0}")]
    Unknown(Reference),
    /// Others kept moving the payment, more often than is waited for.
    #[error("others keep moving {0}: try again")]
    Contended(Reference),
    /// The work was cut off. What was stored goes on by itself; ask again.
    #[error("the work on {0} was cut off: ask again")]
    Interrupted(Reference),
    /// The payment takes no such refund.
    #[error("the refund cannot be made")]
    Refund(#[source] RefundError),
    /// The machine was driven wrongly, which is a fault of this crate.
    #[error("a payment was driven wrongly: please report this")]
    Misuse(#[from] Misuse),
}

impl From<RefundError> for Error {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Misuse(misuse) => Self::Misuse(misuse),
            error => Self::Refund(error),
        }
    }
}
