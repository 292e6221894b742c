//! Errors of the driver.

use std::time::Duration;

use kakaopay_flows::{ApiMisuse, PayAgainError, PruneError, RefundError, ReplayError};
use kakaopay_store::StoreError;
use kakaopay_types::{ChargeId, Mode, Money, Reference, StoreId};
use thiserror::Error;

use crate::invalid_order::InvalidOrder;

/// An error of a [`Merchant`]. Persisted work is not lost: [`Merchant::run`] resumes it.
///
/// [`Merchant`]: crate::Merchant
/// [`Merchant::run`]: crate::Merchant::run
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed.
    #[error("store error")]
    Store(#[from] StoreError),
    /// The journal of a payment cannot be replayed.
    #[error("cannot replay the journal of payment {reference}")]
    Journal {
        /// The order reference.
        reference: Reference,
        /// The cause.
        source: ReplayError,
    },
    /// The order is not accepted as it is. Nothing was stored.
    #[error("order {reference} is not accepted: {why}")]
    InvalidOrder {
        /// The order reference.
        reference: Reference,
        /// The reason.
        why: InvalidOrder,
    },
    /// The reference belongs to an order of another amount.
    #[error("reference {reference} belongs to an order of {amount}: use one reference per order")]
    ReferenceConflict {
        /// The order reference.
        reference: Reference,
        /// The amount of the existing order.
        amount: Money,
    },
    /// The payment was created with a key of the other mode. A test payment must not count in a live
    /// shop, and a live key must not change it.
    #[error("payment {reference} was created with a {mode} key, and this key is not: use one store per mode")]
    ModeMismatch {
        /// The order reference.
        reference: Reference,
        /// The mode of the payment.
        mode: Mode,
    },
    /// The account of the key cannot be read, so that it is not known whether the store has payments of another
    /// one.
    #[error(
        "cannot read the key's account, and nothing was sent: check the key and the network, and try again"
    )]
    AccountUnknown(#[source] Box<kakaopay_transport::Error>),
    /// The store has payments of another account than the key's.
    #[error(
        "this store belongs to account {store}, and the key to {key}; nothing was sent: set the right key, or use a \
         store of its own for each account"
    )]
    AccountMismatch {
        /// The account of the store.
        store: Box<str>,
        /// The account of the key.
        key: Box<str>,
    },
    /// The store has payments of the other mode.
    #[error(
        "this store has {store} payments, and the key is a {key} key; nothing was sent: set the right key, or use a \
         store of its own for each mode"
    )]
    StoreModeMismatch {
        /// The mode of the store.
        store: Box<str>,
        /// The mode of the key.
        key: Mode,
    },
    /// The store is not to be used: it is a backup, or its payments have moved to another store.
    #[error("this store is closed, and nothing was sent: {why}")]
    StoreClosed {
        /// Why, and what to do.
        why: String,
    },
    /// The service's charges cannot be read, so that it is not known whether the store lacks payments.
    #[error("cannot read the service's charges, and nothing was created: try again")]
    ChargesUnread(#[source] Box<kakaopay_transport::Error>),
    /// It is not known which store's payments to rebuild.
    #[error("the service's charges name {} stores: pass the id of the one to rebuild, out of {found:?}", found.len())]
    StoreIdUnknown {
        /// The stores that the charges name.
        found: Vec<StoreId>,
    },
    /// Only an empty store that was not used can be rebuilt.
    #[error(
        "the store has payments or is in use: rebuild into a new store, with a merchant that was not used before"
    )]
    StoreInUse,
    /// The term of pruning is too short.
    #[error("payments can be pruned after {} days at the earliest: pass a longer term", shortest.as_secs() / 86_400)]
    TermTooShort {
        /// The shortest term.
        shortest: Duration,
    },
    /// The payment is not over, so that it cannot be pruned or erased.
    #[error("payment {reference} is not over")]
    NotOver {
        /// The order reference.
        reference: Reference,
        /// What is left, and what to do.
        source: PruneError,
    },
    /// The payment is over, and cannot be pruned or erased yet.
    #[error(
        "a notification of payment {0} was not delivered, or the payment is due: wait until the shop has seen to it, or \
         skip the notification"
    )]
    Undelivered(Reference),
    /// No charge at the service names this order and this store.
    #[error(
        "no charge at the service names order {0} of this store: check the reference, or check the order out"
    )]
    NoCharge(Reference),
    /// A charge was recorded for this order, and its metadata was replaced since. Nothing was created.
    #[error(
        "charge {charge} was recorded for order {reference} and no longer names it: put its metadata \
         `kakaopay_reference` and `kakaopay_store` back at the dashboard, and try again"
    )]
    MetadataReplaced {
        /// The order reference.
        reference: Reference,
        /// The charge.
        charge: ChargeId,
    },
    /// A separate source needs a public key of the same mode, and none was given.
    #[error(
        "no public key of this mode for the separate source: give the builder a public client, or use an inline source"
    )]
    MissingPublicKey,
    /// No payment has this reference.
    #[error("no payment with reference {0}")]
    NotFound(Reference),
    /// The payment has no alert with this key, neither open nor acknowledged. Nothing was changed.
    #[error("payment {reference} has no alert with the key {key}: take the key from `PaymentStatus::alerts`")]
    AlertNotFound {
        /// The order reference.
        reference: Reference,
        /// The key.
        key: String,
    },
    /// Concurrent writers changed the payment on every try. Nothing was changed by this call.
    #[error("concurrent writers keep changing payment {0}: try again")]
    TooMuchContention(Reference),
    /// The call was interrupted by a panic or by the runtime's shutdown. The payment continues from
    /// its last persisted state.
    #[error("work on payment {0} was interrupted and will resume: call again for its status")]
    Interrupted(Reference),
    /// The refund is not possible.
    #[error("refund not possible")]
    Refund(#[source] RefundError),
    /// Another attempt is not possible.
    #[error("attempt not possible")]
    PayAgain(#[source] PayAgainError),
    /// This crate called the state machine in a wrong order. This is a bug.
    #[error("internal error, please report it")]
    Internal(#[from] ApiMisuse),
}

impl From<PayAgainError> for Error {
    fn from(error: PayAgainError) -> Self {
        match error {
            PayAgainError::ApiMisuse(misuse) => Self::Internal(misuse),
            error => Self::PayAgain(error),
        }
    }
}

impl From<RefundError> for Error {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::ApiMisuse(misuse) => Self::Internal(misuse),
            error => Self::Refund(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use kakaopay_store::StoreErrorKind;

    use super::*;

    #[test]
    fn a_store_error_keeps_its_source_apart() {
        let error = Error::from(StoreError::from(StoreErrorKind::Full));
        assert_eq!(error.to_string(), "store error");
        assert_eq!(error.source().map(ToString::to_string), Some(StoreErrorKind::Full.to_string()));
    }

    #[test]
    fn a_mode_mismatch_names_the_payment_and_its_mode() {
        let reference = Reference::parse("order-1").expect("a reference");
        let error = Error::ModeMismatch { reference, mode: Mode::Test };
        let expected =
            "payment order-1 was created with a test key, and this key is not: use one store per mode";
        assert_eq!(error.to_string(), expected);
    }
}
