//! The status of a payment and its refunds.

use std::collections::BTreeSet;

use kakaopay_flows::{Attention, Payment, Refund, RefundState, State};
use kakaopay_types::{ChargeId, FailureCode, Mode, PaymentAmount, Reference};

/// The status of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The order reference.
    pub reference: Reference,
    /// The amount of the order.
    pub amount: PaymentAmount,
    /// The mode: live mode moves real money.
    pub mode: Mode,
    /// The state of the payment.
    pub state: State,
    /// Alerts: each needs a person's attention, and names the next step.
    pub attentions: BTreeSet<Attention>,
    /// The refunds, ordered by their references.
    pub refunds: Vec<RefundStatus>,
}

/// The status of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundStatus {
    /// The refund reference.
    pub reference: Reference,
    /// The amount, in minor units of the payment's currency.
    pub amount: i64,
    /// The state of the refund.
    pub state: RefundState,
}

impl RefundStatus {
    /// Whether the API has confirmed the refund.
    #[must_use]
    pub fn is_made(&self) -> bool {
        matches!(self.state, RefundState::Closed { .. })
    }
}

impl Status {
    pub(crate) fn of(payment: &Payment) -> Self {
        Self {
            reference: payment.intent().reference.clone(),
            amount: payment.intent().amount,
            mode: payment.intent().mode,
            state: payment.state().clone(),
            attentions: payment.attentions().clone(),
            refunds: payment.refunds().iter().map(refund_status).collect(),
        }
    }

    /// Whether the API has confirmed that the order's own charge is paid, so that the shop may ship.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self.state, State::Successful { .. })
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

fn refund_status((reference, refund): (&Reference, &Refund)) -> RefundStatus {
    RefundStatus { reference: reference.clone(), amount: refund.amount(), state: refund.state().clone() }
}
