//! The status of a payment and its refunds.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_flows::{
    Acknowledgement, Alert, CancelWish, LateCharge, Payment, RefundProcess, RefundState, State,
};
use kakaopay_types::{ChargeId, FailureCode, Mode, Money, Reference};

/// The status of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentStatus {
    /// The order reference.
    pub reference: Reference,
    /// The amount of the order.
    pub amount: Money,
    /// The mode: live mode moves real money.
    pub mode: Mode,
    /// The attempt at hand: the one that created the charge, or the last one. [`Merchant::pay_again`] names it.
    ///
    /// [`Merchant::pay_again`]: crate::Merchant::pay_again
    pub attempt: NonZeroU32,
    /// The state of the payment.
    pub state: State,
    /// The wish to cancel the payment, while it stands: it has not ended, and its buyer gets no link.
    pub cancel_wish: Option<CancelWish>,
    /// Alerts: each needs a person's attention, and names the next step.
    pub alerts: BTreeSet<Alert>,
    /// The alerts that a person has acknowledged, in order.
    pub acknowledged: Vec<Acknowledgement>,
    /// Late money: charges of the order that were paid and do not pay it, by their ids.
    pub late_charges: BTreeMap<ChargeId, LateCharge>,
    /// The refunds, ordered by their references.
    pub refunds: Vec<RefundSummary>,
}

/// The status of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundSummary {
    /// The refund reference.
    pub reference: Reference,
    /// The charge that it refunds.
    pub charge: ChargeId,
    /// The amount.
    pub amount: Money,
    /// The state of the refund.
    pub state: RefundState,
}

impl RefundSummary {
    /// Whether the API has confirmed the refund.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self.state, RefundState::Completed { .. })
    }
}

impl PaymentStatus {
    pub(crate) fn of(payment: &Payment) -> Self {
        Self {
            reference: payment.intent().reference.clone(),
            amount: payment.intent().amount.money(),
            mode: payment.intent().mode,
            attempt: payment.attempt(),
            state: payment.state().clone(),
            cancel_wish: payment.cancel_wish().cloned(),
            alerts: payment.alerts().clone(),
            acknowledged: payment.acknowledged().to_vec(),
            late_charges: payment.late_charges().clone(),
            refunds: payment.refunds().iter().map(refund_status).collect(),
        }
    }

    /// Whether the API has confirmed that the order's own charge is paid, so that the shop may ship. `false` for
    /// a charge whose money had gone back in full when it was first read as paid; see
    /// [`is_paid_and_refunded`](Self::is_paid_and_refunded).
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.state.is_paid()
    }

    /// Whether the order was paid, and the money had gone back in full before this was known: staff refunded or
    /// voided the charge at the dashboard. Nothing is to be shipped, and nothing is owed to the buyer.
    #[must_use]
    pub fn is_paid_and_refunded(&self) -> bool {
        matches!(self.state, State::Successful { refunded_in_full: true, .. })
    }

    /// Returns the charge, or `None` while it is not known.
    #[must_use]
    pub fn charge(&self) -> Option<&ChargeId> {
        self.state.charge().map(|pending| &pending.charge)
    }

    /// Returns the failure code and message, or `None` if the payment has not failed or the API gave
    /// no code.
    #[must_use]
    pub fn failure(&self) -> Option<(&FailureCode, Option<&str>)> {
        match &self.state {
            State::Failed { code: Some(code), message, .. } => Some((code, message.as_deref())),
            _ => None,
        }
    }
}

fn refund_status((reference, refund): (&Reference, &RefundProcess)) -> RefundSummary {
    RefundSummary {
        reference: reference.clone(),
        charge: refund.charge().clone(),
        amount: refund.amount(),
        state: refund.state().clone(),
    }
}
