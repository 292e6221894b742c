//! How far a payment and its refunds have come.

use std::collections::BTreeSet;

use kakaopay_flows::{Attention, Payment, Refund, RefundState, State};
use kakaopay_types::{ChargeId, FailureCode, Mode, PaymentAmount, Reference};

/// How far a payment has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The order.
    pub reference: Reference,
    /// What was to be paid.
    pub amount: PaymentAmount,
    /// Whether it is about real money.
    pub mode: Mode,
    /// How far it has come.
    pub state: State,
    /// What a person should look at.
    pub attentions: BTreeSet<Attention>,
    /// What goes back to the buyer, by the refunds' references.
    pub refunds: Vec<RefundStatus>,
}

/// How far a refund has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundStatus {
    /// The refund's own reference.
    pub reference: Reference,
    /// How much goes back, in minor units of the payment's currency.
    pub amount: i64,
    /// How far it has come.
    pub state: RefundState,
}

impl RefundStatus {
    /// Whether the money is on its way: the service said so.
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

    /// Whether the goods may be released: the service said so of the order's own charge.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self.state, State::Successful { .. })
    }

    /// The charge, once it is known.
    #[must_use]
    pub fn charge(&self) -> Option<&ChargeId> {
        self.state.charge().map(|pending| &pending.charge)
    }

    /// Why it failed, if it failed and the service told.
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
