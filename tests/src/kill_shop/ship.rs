//! Ships paid orders.

use kakaopay::{EventHandler, Notification, PaymentEvent};

use crate::kill_shop::database::{BoxError, ShopDatabase};

/// Ships paid orders, in the transaction that completes the message.
#[derive(Debug, Clone)]
pub struct Ship<B>(pub B);

impl<B: ShopDatabase> EventHandler for Ship<B> {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        let PaymentEvent::Paid(paid) = &notification.event else { return Ok(()) };
        self.0.ship(notification, paid.reference.to_string(), paid.charge.to_string()).await
    }
}
