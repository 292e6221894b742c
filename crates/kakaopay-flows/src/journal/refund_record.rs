//! Records of a refund.

use kakaopay_types::{ChargeId, Money, RefundId};
use serde::{Deserialize, Serialize};

use crate::refund_order::{CancelReason, LateRefund};
use crate::service_time::ServiceTime;

/// A fact about a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "refund_record", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundRecord {
    /// The merchant requested it.
    Ordered {
        /// The charge to refund.
        charge: ChargeId,
        /// The amount.
        amount: Money,
        /// Whether a void was requested instead of a refund.
        void: Option<bool>,
        /// How to handle it after the refund window has closed.
        late_refund: LateRefund,
    },
    /// It is about to be requested from the service.
    Requested,
    /// The request had no effect: it was not sent, or the service rejected the key.
    NotSent,
    /// The outcome of the request is unknown.
    OutcomeUnknown,
    /// The service rejected the request, possibly because an earlier request had taken effect.
    RefusedAfterUnknown {
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// A complete list of the charge's refunds lacked it, for the first time since its outcome is unknown or an
    /// earlier request is watched for.
    NotListed {
        /// When the list was served.
        served_at: ServiceTime,
    },
    /// A person resumed it.
    Resumed,
    /// The service made a refund that differs from the request: it is blocked.
    Blocked {
        /// That refund.
        refund: RefundId,
    },
    /// The service has accepted it and has not decided.
    Found {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service made it.
    Completed {
        /// The refund at the service.
        refund: RefundId,
        /// Whether the charge was voided instead of refunded. `None` if the service does not say.
        voided: Option<bool>,
    },
    /// It failed at the service.
    Failed {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service rejected the request.
    Refused {
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// It was cancelled here before it was made.
    Cancelled {
        /// The reason.
        reason: CancelReason,
    },
    /// The service made a further refund with its reference.
    DuplicateFound {
        /// That refund.
        refund: RefundId,
        /// Its amount.
        amount: Money,
    },
    /// The watch for the refund of an earlier request ended.
    WatchEnded,
}

impl RefundRecord {
    /// Returns the name of the record in logs.
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
            Self::DuplicateFound { .. } => "duplicate refund found",
            Self::WatchEnded => "watch for a duplicate refund ended",
        }
    }
}
