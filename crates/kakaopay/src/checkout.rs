//! The result of a checkout.

use kakaopay_flows::{Payment, State};
use kakaopay_types::ChargeId;

use crate::status::PaymentStatus;

/// The next step for the buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "short-lived: one per checkout, matched at once")]
pub enum Checkout {
    /// Redirect the buyer to this address, unchanged.
    Redirect {
        /// The address of the payment page.
        authorize_uri: String,
        /// The pending charge.
        charge: ChargeId,
    },
    /// The outcome of the charge request is not known yet and is being resolved, or the payment is being
    /// [cancelled](crate::Merchant::cancel), for instance because its [hold](crate::Order::pay_within) has ended. Call again
    /// soon, with the same reference: a second order for the same goods could charge the buyer twice.
    InProgress,
    /// The payment has ended; see also [`Merchant::status`](crate::Merchant::status).
    Finished(PaymentStatus),
}

impl Checkout {
    pub(crate) fn of(payment: &Payment) -> Self {
        match (payment.state(), payment.authorize_uri()) {
            (State::Creating(_), _) | (State::Pending(_), None) => Self::InProgress,
            (State::Pending(pending), Some(link)) => {
                Self::Redirect { authorize_uri: link.to_owned(), charge: pending.charge.clone() }
            }
            _ => Self::Finished(PaymentStatus::of(payment)),
        }
    }
}
