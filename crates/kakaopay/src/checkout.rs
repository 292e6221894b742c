//! What a checkout leads to, and how far a payment has come.

use std::collections::BTreeSet;

use kakaopay_flows::{Attention, Payment, State};
use kakaopay_types::{ChargeId, FailureCode, Mode, PaymentAmount, Reference};

/// What to do with the buyer now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checkout {
    /// Send the buyer to this address, unchanged.
    Redirect {
        /// The address.
        authorize_uri: String,
        /// The charge that waits to be approved.
        charge: ChargeId,
    },
    /// It is not known yet whether there is a charge, and it is being found out. Ask again soon,
    /// with the same reference: never open another order for the same goods.
    InProgress,
    /// The payment has ended; see [`Merchant::payment`](crate::Merchant::payment).
    Ended(Status),
}

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
}

impl Status {
    pub(crate) fn of(payment: &Payment) -> Self {
        Self {
            reference: payment.intent().reference.clone(),
            amount: payment.intent().amount,
            mode: payment.intent().mode,
            state: payment.state().clone(),
            attentions: payment.attentions().clone(),
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

impl Checkout {
    pub(crate) fn of(payment: &Payment) -> Self {
        match (payment.state(), payment.link()) {
            (State::Creating(_), _) | (State::Pending(_), None) => Self::InProgress,
            (State::Pending(pending), Some(link)) => {
                Self::Redirect { authorize_uri: link.to_owned(), charge: pending.charge.clone() }
            }
            _ => Self::Ended(Status::of(payment)),
        }
    }
}
