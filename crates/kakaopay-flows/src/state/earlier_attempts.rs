//! The attempts before the merchant asked for another payment.

use std::num::NonZeroU32;
use std::ops::Not;

use kakaopay_types::Money;
use serde::{Deserialize, Serialize};

/// Attempts that ended unpaid, before the merchant began the next one with
/// [`Payment::pay_again`](crate::Payment::pay_again).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EarlierAttempts {
    /// The last of them.
    pub(crate) last: NonZeroU32,
    /// The attempt that the end was notified of.
    pub(crate) ended: NonZeroU32,
    /// The amount of their charges.
    pub(crate) amount: Money,
    /// The name of the state in which they ended.
    pub(crate) end: String,
    /// Whether their late money is refunded: see [`Intent`](crate::Intent).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(crate) refund_if_paid_late: bool,
    /// How often the merchant was notified that the service refused to cancel them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) refusals: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
