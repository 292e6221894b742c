//! A duplicate charge of an order.

use std::num::NonZeroU32;

use kakaopay_types::{Charge, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// A charge of the order that is not the payment's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DuplicateCharge {
    /// The attempt that it named when it was found.
    pub attempt: NonZeroU32,
    /// When it was found, by the driver's clock.
    pub since: Timestamp,
    /// When it expires. `None` if the service does not say.
    pub expires_at: Option<Timestamp>,
    /// Its final status; `None` until it ends.
    pub end: Option<String>,
    /// Its first reading as paid, if there was one.
    pub paid: Option<PaidReading>,
}

/// The first reading of a charge as paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaidReading {
    /// The amount that was paid.
    pub amount: Money,
    /// The amount that had gone back by then.
    pub refunded: Money,
    /// When it was paid. `None` if the service does not say.
    pub paid_at: Option<Timestamp>,
    /// Whether the charge differs from the order.
    pub differs: bool,
}

impl PaidReading {
    pub(crate) fn of(charge: &Charge, differs: bool) -> Self {
        Self { amount: charge.money(), refunded: charge.refunded(), paid_at: charge.paid_at, differs }
    }
}
