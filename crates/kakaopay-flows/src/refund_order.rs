//! The merchant's request for a refund.

use kakaopay_types::{ChargeId, Money, Reference, RefundAmount, Timestamp};
use serde::{Deserialize, Serialize};

/// A merchant's request for a refund. It never changes after the refund has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundRequest {
    /// The merchant's reference of the refund, unique within the payment. Repeating a request with the same
    /// reference is idempotent.
    pub reference: Reference,
    /// The charge to refund. `None` refunds the one that pays the order. Set it to give back
    /// [late money](crate::PaymentEvent::PaidLate).
    pub charge: Option<ChargeId>,
    /// The amount to give back, in the charge's currency.
    pub amount: RefundAmount,
    /// `true` requests a void instead of a refund: see
    /// [`CreateRefund::void`](kakaopay_types::endpoint::CreateRefund).
    pub void: Option<bool>,
    /// How to handle the refund after the refund window has closed.
    pub late_refund: LateRefund,
}

impl RefundRequest {
    /// Creates the request for a refund that is neither a void nor made after the refund window has closed.
    #[must_use]
    pub fn new(reference: Reference, amount: RefundAmount) -> Self {
        Self { reference, charge: None, amount, void: None, late_refund: LateRefund::Reject }
    }

    /// Sets the charge to refund. Default: the one that pays the order.
    #[must_use]
    pub fn charge(self, charge: impl Into<Option<ChargeId>>) -> Self {
        Self { charge: charge.into(), ..self }
    }

    /// Sets whether a void is requested instead of a refund.
    #[must_use]
    pub fn void(self, void: impl Into<Option<bool>>) -> Self {
        Self { void: void.into(), ..self }
    }

    /// Sets how to handle the refund after the refund window has closed. Default: [`LateRefund::Reject`].
    #[must_use]
    pub fn late_refund(self, late_refund: LateRefund) -> Self {
        Self { late_refund, ..self }
    }
}

/// How to handle a refund after the refund window has closed, by the driver's clock. KakaoPay accepts
/// refunds until [`RefundWindow::closes_at`](kakaopay_types::RefundWindow::closes_at).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LateRefund {
    /// Send no request.
    Reject,
    /// Send the request, let the service decide, and raise
    /// [`Alert::RefundLate`](crate::Alert::RefundLate).
    Forward,
}

/// Why a refund was cancelled before it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CancelReason {
    /// The refund window had closed.
    WindowClosed {
        /// When the window closed.
        closed_at: Timestamp,
    },
    /// The amount exceeded the rest that other refunds left.
    Exceeds {
        /// The refundable rest.
        left: Money,
    },
    /// It would have given late money back by itself, and the store may lack entries of the payment: the goods may have
    /// been released since. A person decides: see [`Alert::LateNotRefunded`](crate::Alert::LateNotRefunded).
    StoreIsOlder,
}
