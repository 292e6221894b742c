//! What a checkout leads to.

use kakaopay_flows::{Payment, State};
use kakaopay_types::ChargeId;

use crate::status::Status;

/// What to do with the buyer now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one is made for each checkout, and taken apart at once")]
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
