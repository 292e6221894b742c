//! Late money: charges of an order that were paid and do not pay it.

use std::fmt;
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// A charge of the order that was paid, and that is not the one that pays the order. It releases no goods, and can
/// be refunded by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LateCharge {
    /// The attempt that created it.
    pub attempt: NonZeroU32,
    /// The amount that was paid.
    pub amount: Money,
    /// When it was paid. `None` if the service does not say.
    pub paid_at: Option<Timestamp>,
    /// Why it does not pay the order.
    pub why: LateReason,
    /// When it was first read as paid, by the driver's clock.
    pub(crate) learned_at: Timestamp,
}

/// Why a paid charge does not pay its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LateReason {
    /// The payment had failed by its last reading.
    Failed,
    /// The payment had expired by its last reading.
    Expired,
    /// The payment was cancelled, or was to be cancelled and could still be paid.
    Cancelled,
    /// The service had rejected the payment's request for a charge.
    Refused,
    /// The payment has another charge.
    Duplicate,
    /// The charge differs from the order.
    Mismatch,
}

impl fmt::Display for LateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the payment had failed",
            Self::Expired => "the payment had expired",
            Self::Cancelled => "the payment had been cancelled",
            Self::Refused => "the payment had been refused",
            Self::Duplicate => "the payment has another charge",
            Self::Mismatch => "the charge differs from the order",
        })
    }
}

/// A charge of the order with money that can go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaidCharge {
    pub(crate) charge: ChargeId,
    pub(crate) amount: Money,
    /// When it was paid, or an upper bound of that.
    pub(crate) paid_at: Option<Timestamp>,
}
