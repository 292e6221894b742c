//! What is stored of a refund.

use kakaopay_types::{RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::refund_order::{CancelReason, LateRefund};

/// A fact about a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "refund_record", rename_all = "snake_case")]
pub enum RefundRecord {
    /// The merchant wants it.
    Ordered {
        /// How much goes back, in minor units of the payment's currency.
        amount: i64,
        /// Whether the payment is to be undone.
        void: Option<bool>,
        /// What to do after its time.
        late_refund: LateRefund,
    },
    /// It is about to be asked for.
    Requested,
    /// The request was surely not carried out.
    NotSent,
    /// Nobody knows whether it was made.
    OutcomeUnknown,
    /// The service said no, though an earlier request may have been carried out: that may be why.
    RefusedAfterUnknown {
        /// Its error code.
        code: String,
        /// Its words.
        message: Option<String>,
    },
    /// The charge's list of refunds was read whole without it, for the first time since nobody knows
    /// whether it was made.
    NotListed {
        /// When, by the service's clock, if it told.
        at_service: Option<Timestamp>,
    },
    /// A person said to go on.
    Resumed,
    /// The service answered with another refund than was asked for.
    Blocked {
        /// What it made.
        refund: RefundId,
    },
    /// The service has it and has not decided.
    Found {
        /// The refund at the service.
        refund: RefundId,
    },
    /// It was made.
    Completed {
        /// The refund at the service.
        refund: RefundId,
        /// Whether the payment was undone instead, if the service told.
        voided: Option<bool>,
    },
    /// The service has it, and it has failed.
    Failed {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service said no.
    Refused {
        /// Its error code.
        code: String,
        /// Its words.
        message: Option<String>,
    },
    /// It was given up here.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

impl RefundRecord {
    /// The record's name, for people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ordered { .. } => "refund ordered",
            Self::Requested => "refund requested",
            Self::NotSent => "refund not sent",
            Self::OutcomeUnknown => "refund outcome unknown",
            Self::RefusedAfterUnknown { .. } => "refund refused after an unknown outcome",
            Self::NotListed { .. } => "refund not listed",
            Self::Resumed => "refund resumed",
            Self::Blocked { .. } => "refund blocked",
            Self::Found { .. } => "refund found",
            Self::Completed { .. } => "refund completed",
            Self::Failed { .. } => "refund failed",
            Self::Refused { .. } => "refund refused",
            Self::Cancelled { .. } => "refund cancelled",
        }
    }
}
