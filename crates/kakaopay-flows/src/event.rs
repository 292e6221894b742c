//! What the merchant is told about a payment.

use std::num::NonZeroU32;

use kakaopay_types::{
    Charge, ChargeId, Confirmed, Currency, FailureCode, Mode, Reference, RefundId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::refund_order::CancelReason;

/// What the merchant is told about a payment, at least once each, under a key that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentEvent {
    /// Paid: release the goods.
    Paid(PaidOrder),
    /// Not paid.
    Failed {
        /// The order.
        reference: Reference,
        /// The charge that failed.
        charge: ChargeId,
        /// Why, if the service told.
        failure_code: Option<FailureCode>,
        /// Why, for people, if the service told.
        failure_message: Option<String>,
    },
    /// Not paid in time.
    Expired {
        /// The order.
        reference: Reference,
        /// The charge that expired.
        charge: ChargeId,
    },
    /// The service refused to create the charge.
    Refused {
        /// The order.
        reference: Reference,
        /// The service's error code.
        code: String,
        /// The service's words.
        message: Option<String>,
    },
    /// A refund was made: the money is on its way back to the buyer.
    Refunded {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The refund at the service.
        refund: RefundId,
        /// Whether the payment was undone instead of paid back, if the service told.
        voided: Option<bool>,
    },
    /// A refund has failed at the service: the money stays.
    RefundFailed {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service refused to make a refund.
    RefundRefused {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// The service's error code.
        code: String,
        /// The service's words.
        message: Option<String>,
    },
    /// A refund was given up here, before it was made.
    RefundCancelled {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// Why.
        reason: CancelReason,
    },
    /// Something that a person should look at.
    Alert {
        /// The order.
        reference: Reference,
        /// What was found.
        alert: Alert,
        /// How many times it was found, this one included: it may come again after it was put right.
        // Version 0.1.0 told each once, and did not say so.
        number: u32,
    },
}

impl PaymentEvent {
    /// A key that is the same whenever the same thing is told, and differs otherwise.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Paid(paid) => format!("{}/paid", paid.reference),
            Self::Failed { reference, .. } => format!("{reference}/failed"),
            Self::Expired { reference, .. } => format!("{reference}/expired"),
            Self::Refused { reference, .. } => format!("{reference}/refused"),
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundCancelled { notice, .. } => {
                format!("{}/refund/{}", notice.reference, notice.refund_reference)
            }
            Self::Alert { reference, alert, number } => {
                let key = alert.key();
                if *number > 1 {
                    format!("{reference}/alert/{key}/{number}")
                } else {
                    format!("{reference}/alert/{key}")
                }
            }
        }
    }

    /// The order it is about.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        match self {
            Self::Paid(paid) => &paid.reference,
            Self::Failed { reference, .. }
            | Self::Expired { reference, .. }
            | Self::Refused { reference, .. }
            | Self::Alert { reference, .. } => reference,
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundCancelled { notice, .. } => &notice.reference,
        }
    }
}

/// An order that was paid. Only a [`Confirmed`] charge makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaidOrder {
    /// The order.
    pub reference: Reference,
    /// The attempt whose charge was paid.
    pub attempt: NonZeroU32,
    /// The paid charge.
    pub charge: ChargeId,
    /// What was paid, in minor units.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// Whether it was real money.
    pub mode: Mode,
    /// When it was paid, if the service told.
    pub paid_at: Option<Timestamp>,
}

impl PaidOrder {
    pub(crate) fn of(confirmed: &Confirmed<Charge>, reference: &Reference, attempt: NonZeroU32) -> Self {
        let charge = confirmed.get();
        Self {
            reference: reference.clone(),
            attempt,
            charge: charge.id.clone(),
            amount: charge.amount,
            currency: charge.currency,
            // What was confirmed says it, and its id too.
            mode: charge.id.mode(),
            paid_at: charge.paid_at,
        }
    }
}

/// Which refund the merchant is told about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundNotice {
    /// The order.
    pub reference: Reference,
    /// The refund's own reference.
    pub refund_reference: Reference,
    /// The charge that was paid.
    pub charge: ChargeId,
    /// How much was to go back, in minor units.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
}
