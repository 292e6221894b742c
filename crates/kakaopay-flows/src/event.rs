//! What the merchant is told about a payment.

use std::num::NonZeroU32;

use kakaopay_types::{
    Charge, ChargeId, Confirmed, Currency, FailureCode, Mode, Reference, RefundId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::attention::Attention;
use crate::refund_order::Withdrawal;

/// What the merchant is told about a payment, at least once each, under a key that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Paid: release the goods.
    Settled(Settlement),
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
    RefundWithdrawn {
        /// The refund.
        #[serde(flatten)]
        notice: RefundNotice,
        /// Why.
        withdrawal: Withdrawal,
    },
    /// Something that a person should look at.
    Attention {
        /// The order.
        reference: Reference,
        /// What was found.
        attention: Attention,
        /// How many times it was found, this one included: it may come again after it was put right.
        // Version 0.1.0 told each once, and did not say so.
        number: u32,
    },
}

impl Event {
    /// A key that is the same whenever the same thing is told, and differs otherwise.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Settled(settlement) => format!("{}/settled", settlement.reference),
            Self::Failed { reference, .. } => format!("{reference}/failed"),
            Self::Expired { reference, .. } => format!("{reference}/expired"),
            Self::Refused { reference, .. } => format!("{reference}/refused"),
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundWithdrawn { notice, .. } => {
                format!("{}/refund/{}", notice.reference, notice.refund_reference)
            }
            Self::Attention { reference, attention, number } => {
                let key = attention.key();
                if *number > 1 {
                    format!("{reference}/attention/{key}/{number}")
                } else {
                    format!("{reference}/attention/{key}")
                }
            }
        }
    }

    /// The order it is about.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        match self {
            Self::Settled(settlement) => &settlement.reference,
            Self::Failed { reference, .. }
            | Self::Expired { reference, .. }
            | Self::Refused { reference, .. }
            | Self::Attention { reference, .. } => reference,
            Self::Refunded { notice, .. }
            | Self::RefundFailed { notice, .. }
            | Self::RefundRefused { notice, .. }
            | Self::RefundWithdrawn { notice, .. } => &notice.reference,
        }
    }
}

/// An order that was paid. Only a [`Confirmed`] charge makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settlement {
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

impl Settlement {
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
