//! The terms of an order.

use std::time::Duration;

use kakaopay::Order;

use crate::moves::Millis;

/// The terms of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// How long the buyer may pay.
    pub hold: Option<Millis>,
    /// Whether late money is refunded.
    pub refunds_late: bool,
}

impl Terms {
    /// The order with these terms.
    #[must_use]
    pub fn of(self, order: Order) -> Order {
        let order = order.refund_if_paid_late(self.refunds_late);
        match self.hold {
            Some(hold) => order.pay_within(Duration::from_millis(hold.unsigned_abs())),
            None => order,
        }
    }
}
