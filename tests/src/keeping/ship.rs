//! Ships what is paid.

use kakaopay::{Event, Handler, Telling};

use crate::keeping::books::{Books, Trouble};

/// Ships what is paid, in the transaction that marks the message as told.
#[derive(Debug, Clone)]
pub struct Ship<B>(pub B);

impl<B: Books> Handler for Ship<B> {
    async fn handle(&self, telling: &Telling) -> Result<(), Trouble> {
        let Event::Settled(paid) = &telling.event else { return Ok(()) };
        self.0.ship(telling, paid.reference.to_string(), paid.charge.to_string()).await
    }
}
