//! Ships what is paid.

use kakaopay::{EventHandler, Notification, PaymentEvent};

use crate::keeping::books::{Books, Trouble};

/// Ships what is paid, in the transaction that marks the message as told.
#[derive(Debug, Clone)]
pub struct Ship<B>(pub B);

impl<B: Books> EventHandler for Ship<B> {
    async fn handle(&self, telling: &Notification) -> Result<(), Trouble> {
        let PaymentEvent::Paid(paid) = &telling.event else { return Ok(()) };
        self.0.ship(telling, paid.reference.to_string(), paid.charge.to_string()).await
    }
}
