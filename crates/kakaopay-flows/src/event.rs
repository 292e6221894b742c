//! Events that notify the merchant.

use std::num::NonZeroU32;

use kakaopay_types::{
    Charge, ChargeId, ChargeStatus, Confirmed, FailureCode, Mode, Money, Reference, RefundId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::refund_order::CancelReason;
use crate::state::late_charge::LateReason;

/// An event about a payment. The merchant is notified of each at least once, with a stable
/// [`key`](Self::key).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentEvent {
    /// The order is paid: ship it.
    Paid(PaidOrder),
    /// The order was paid, but the money had already gone back in full when the charge was first read as paid:
    /// do not ship it. Staff refunded or voided the charge at Omise's dashboard.
    PaidAndRefunded {
        /// The order.
        reference: Reference,
        /// The attempt that created the charge.
        attempt: NonZeroU32,
        /// The charge.
        charge: ChargeId,
        /// The amount that was paid.
        amount: Money,
        /// The amount that has gone back: at least `amount`.
        refunded: Money,
        /// The mode: real money was paid in live mode only.
        mode: Mode,
        /// When it was paid. `None` if the service does not say.
        paid_at: Option<Timestamp>,
    },
    /// A charge of the order was paid, but does not pay it: release no goods for it. Give the money back with
    /// [`RefundRequest::charge`](crate::RefundRequest::charge), or agree with the buyer.
    PaidLate {
        /// The order.
        reference: Reference,
        /// The charge.
        charge: ChargeId,
        /// The attempt that created the charge.
        attempt: NonZeroU32,
        /// The amount that was paid.
        amount: Money,
        /// The amount that had already gone back when the charge was first read as paid.
        refunded: Money,
        /// The mode: real money was paid in live mode only.
        mode: Mode,
        /// When it was paid. `None` if the service does not say.
        paid_at: Option<Timestamp>,
        /// Why the charge does not pay the order.
        why: LateReason,
    },
    /// The charge failed: the order is not paid.
    Failed {
        /// The order.
        reference: Reference,
        /// The attempt that created the charge.
        attempt: NonZeroU32,
        /// The failed charge.
        charge: ChargeId,
        /// The service's failure code.
        failure_code: Option<FailureCode>,
        /// The service's failure message, for people.
        failure_message: Option<String>,
    },
    /// The charge expired: the order is not paid.
    Expired {
        /// The order.
        reference: Reference,
        /// The attempt that created the charge.
        attempt: NonZeroU32,
        /// The expired charge.
        charge: ChargeId,
    },
    /// The payment was cancelled, by the merchant or by the end of its hold: the order is not paid. A charge of it that
    /// is paid after all, or was just before, is [late money](Self::PaidLate).
    Cancelled {
        /// The order.
        reference: Reference,
        /// The attempt.
        attempt: NonZeroU32,
        /// The charge that was ended. `None` if there is none.
        charge: Option<ChargeId>,
    },
    /// The payment was to be cancelled, and the service refuses to end its charge: the buyer can still pay it. That would
    /// be [late money](Self::PaidLate), unless the wish is [taken back](crate::Input::TakeCancelBack). Sell the
    /// goods to others, and ask the buyer not to pay. Begin no checkout of this order after that: it would take the wish
    /// back, and a success would be [`Paid`](Self::Paid).
    CancelRefused {
        /// The order.
        reference: Reference,
        /// The attempt that created the charge.
        attempt: NonZeroU32,
        /// The charge.
        charge: ChargeId,
        /// When the charge expires by itself. `None` if the service does not say.
        payable_until: Option<Timestamp>,
        /// The number of times it was refused for this attempt, starting at 1. A wish that was taken back may come again.
        number: u32,
    },
    /// The service rejected the request for the charge: the order is not paid.
    Refused {
        /// The order.
        reference: Reference,
        /// The attempt.
        attempt: NonZeroU32,
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// The service made a refund: the money goes back to the buyer.
    Refunded {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The refund at the service.
        refund: RefundId,
        /// Whether the charge was voided instead of refunded. `None` if the service does not say.
        voided: Option<bool>,
    },
    /// A refund failed at the service: no money goes back.
    RefundFailed {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service rejected the request for a refund: no money goes back.
    RefundRefused {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// A refund was made that was not requested here, for instance by staff at Omise's dashboard: the money goes
    /// back to the buyer. If all of it goes back, stop the shipment. It comes after the event that the charge was
    /// paid, also if that event already counts it in `refunded`.
    RefundedElsewhere {
        /// The order.
        reference: Reference,
        /// The refunded charge.
        charge: ChargeId,
        /// The refund.
        refund: RefundId,
        /// Its amount.
        amount: Money,
    },
    /// A refund was cancelled here before it was made: no money goes back.
    RefundCancelled {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The reason.
        reason: CancelReason,
    },
    /// A charge names this store and an order that the store does not have: the store is older than the service,
    /// because a copy was restored or a fail-over lost commits, or a second copy of it is in use. Adopt the order
    /// if it is yours, and nothing else: goods leave when the order is notified as paid. After another restore it comes
    /// again under the same key, and the order must be adopted again. It comes once more when the charge is read as paid.
    Orphaned {
        /// The order that the charge names.
        reference: Reference,
        /// The charge.
        charge: ChargeId,
        /// The amount of the charge.
        amount: Money,
        /// The status of the charge when it was found.
        status: ChargeStatus,
        /// Whether the store had lost nothing, as far as is known: then another copy of it is in use, and must be
        /// stopped before anything else.
        second_copy: bool,
    },
    /// A finding that needs a person.
    Alert {
        /// The order.
        reference: Reference,
        /// The finding, with its next step.
        alert: Alert,
        /// The number of times it was raised, starting at 1. It may be raised again after it was resolved. 0 is one
        /// raised before the payment was opened.
        number: u32,
    },
}

impl PaymentEvent {
    /// Returns the deterministic idempotency key of this event.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Paid(paid) => format!("{}/paid", paid.reference),
            Self::PaidAndRefunded { reference, .. } => format!("{reference}/paid_and_refunded"),
            Self::PaidLate { reference, charge, .. } => format!("{reference}/late/{charge}"),
            Self::RefundedElsewhere { reference, refund, .. } => {
                format!("{reference}/refunded_elsewhere/{refund}")
            }
            Self::Failed { reference, attempt, .. } => format!("{reference}/{attempt}/failed"),
            Self::Expired { reference, attempt, .. } => format!("{reference}/{attempt}/expired"),
            Self::Cancelled { reference, attempt, .. } => format!("{reference}/{attempt}/cancelled"),
            Self::CancelRefused { reference, attempt, number, .. } => {
                cancel_refused_key(reference, *attempt, *number)
            }
            Self::Refused { reference, attempt, .. } => format!("{reference}/{attempt}/refused"),
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundCancelled { notice, .. } => {
                format!("{}/refund/{}", notice.reference, notice.refund_reference)
            }
            Self::Orphaned { reference, charge, status: ChargeStatus::Successful, .. } => {
                format!("{reference}/orphaned/{charge}/paid")
            }
            Self::Orphaned { reference, charge, .. } => format!("{reference}/orphaned/{charge}"),
            Self::Alert { reference, alert, number } => {
                let key = alert.key();
                if *number == 1 {
                    format!("{reference}/alert/{key}")
                } else {
                    format!("{reference}/alert/{key}/{number}")
                }
            }
        }
    }

    /// Returns the event of a charge whose order is unknown, found by this reference in its metadata, in a store that
    /// has lost it or not.
    #[must_use]
    pub fn orphaned(reference: Reference, charge: &Charge, second_copy: bool) -> Self {
        Self::Orphaned {
            reference,
            charge: charge.id.clone(),
            amount: charge.money(),
            status: charge.status.clone(),
            second_copy,
        }
    }

    /// Returns the reference of the order.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        match self {
            Self::Paid(paid) => &paid.reference,
            Self::PaidAndRefunded { reference, .. }
            | Self::PaidLate { reference, .. }
            | Self::RefundedElsewhere { reference, .. }
            | Self::Failed { reference, .. }
            | Self::Expired { reference, .. }
            | Self::Cancelled { reference, .. }
            | Self::CancelRefused { reference, .. }
            | Self::Refused { reference, .. }
            | Self::Orphaned { reference, .. }
            | Self::Alert { reference, .. } => reference,
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundCancelled { notice, .. } => &notice.reference,
        }
    }
}

/// Returns the key of the event that the service refused to end a charge, for the nth time.
pub(crate) fn cancel_refused_key(reference: &Reference, attempt: NonZeroU32, number: u32) -> String {
    let key = format!("{reference}/{attempt}/cancel_refused");
    if number == 1 { key } else { format!("{key}/{number}") }
}

/// A paid order. Only a [`Confirmed`] charge creates one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaidOrder {
    /// The order.
    pub reference: Reference,
    /// The attempt that created the paid charge.
    pub attempt: NonZeroU32,
    /// The paid charge.
    pub charge: ChargeId,
    /// The paid amount.
    pub amount: Money,
    /// The amount that had already gone back when the charge was first read as paid: less than `amount`, and zero
    /// unless staff refunded a part at Omise's dashboard. Each refund has an event of its own.
    pub refunded: Money,
    /// The mode: real money was paid in live mode only.
    pub mode: Mode,
    /// When it was paid. `None` if the service does not say.
    pub paid_at: Option<Timestamp>,
}

impl PaidOrder {
    pub(crate) fn of(confirmed: &Confirmed<Charge>, reference: &Reference, attempt: NonZeroU32) -> Self {
        let charge = confirmed.get();
        Self {
            reference: reference.clone(),
            attempt,
            charge: charge.id.clone(),
            amount: charge.money(),
            refunded: charge.refunded(),
            // The confirmation has compared `livemode` with the mode; the id carries the same mode.
            mode: charge.id.mode(),
            paid_at: charge.paid_at,
        }
    }
}

/// The refund of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundNotice {
    /// The order.
    pub reference: Reference,
    /// The refund's reference.
    pub refund_reference: Reference,
    /// The paid charge.
    pub charge: ChargeId,
    /// The refund's amount.
    pub amount: Money,
}
