//! What the merchant wants back for the buyer.

use kakaopay_types::{Reference, RefundAmount, Timestamp};
use serde::{Deserialize, Serialize};

/// What the merchant wants back for the buyer. It never changes after the refund was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// The merchant's name for the refund, which no other refund of the payment has. The same
    /// reference is the same refund, however often it is asked for.
    pub reference: Reference,
    /// How much goes back.
    pub amount: RefundAmount,
    /// `true` asks to undo the payment instead of paying back, see
    /// [`CreateRefund::void`](kakaopay_types::endpoint::CreateRefund).
    pub void: Option<bool>,
    /// What to do once the time for refunds has passed.
    pub late_refund: LateRefund,
}

/// What to do once the time for refunds has passed, by the driver's clock. KakaoPay takes refunds
/// until [`RefundWindow::closes_at`](kakaopay_types::RefundWindow::closes_at).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateRefund {
    /// Ask for nothing any more.
    Reject,
    /// Ask all the same: the service knows better. A person is told
    /// ([`Alert::RefundLate`](crate::Attention)).
    Forward,
}

/// Why a refund was given up before it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CancelReason {
    /// Its time had passed.
    WindowClosed {
        /// When.
        closed_at: Timestamp,
    },
    /// Refunds that were made elsewhere leave too little.
    Exceeds {
        /// How much is left for it, in minor units.
        left: i64,
    },
}
