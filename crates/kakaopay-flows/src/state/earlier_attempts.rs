//! The attempts before the merchant asked for another payment.

use std::num::NonZeroU32;

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
}
