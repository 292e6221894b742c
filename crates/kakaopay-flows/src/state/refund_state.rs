//! The states of a refund.

use kakaopay_types::RefundId;
use serde::{Deserialize, Serialize};

use crate::refund_order::CancelReason;

/// The state of a refund: `Preparing` → `Requested` → `Completed`, `Failed` or `Refused`. The last three and
/// `Cancelled` are final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundState {
    /// The charge's refunds are listed before the request.
    Preparing,
    /// It is requested, without a response so far.
    Requested,
    /// The outcome of the request is unknown, and the refund is searched for.
    Searching,
    /// The service made a refund that differs from the request. A person must check it.
    Blocked,
    /// The service has accepted it and has not decided.
    Pending {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service made it: the money goes back to the buyer.
    Completed {
        /// The refund at the service.
        refund: RefundId,
        /// Whether the charge was voided instead of refunded. `None` if the service does not say.
        voided: Option<bool>,
    },
    /// It failed at the service: no money goes back.
    Failed {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service rejected the request: no money goes back.
    Refused {
        /// The service's error code.
        code: String,
        /// The service's message, which may change without notice.
        message: Option<String>,
    },
    /// It was cancelled here before it was made: no money goes back.
    Cancelled {
        /// The reason.
        reason: CancelReason,
    },
}

impl RefundState {
    /// Returns whether the state is final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Completed { .. } | Self::Failed { .. } | Self::Refused { .. } | Self::Cancelled { .. }
        )
    }

    /// Returns the refund at the service, once it is known.
    #[must_use]
    pub fn refund(&self) -> Option<&RefundId> {
        match self {
            Self::Pending { refund } | Self::Completed { refund, .. } | Self::Failed { refund } => {
                Some(refund)
            }
            _ => None,
        }
    }

    /// Returns whether the refund counts against the paid amount.
    #[must_use]
    pub fn claims(&self) -> bool {
        !matches!(self, Self::Failed { .. } | Self::Refused { .. } | Self::Cancelled { .. })
    }

    /// Returns the name of the state in logs and serialized data.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Requested => "requested",
            Self::Searching => "searching",
            Self::Blocked => "blocked",
            Self::Pending { .. } => "pending",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Refused { .. } => "refused",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
