//! What the merchant does when a payment ends.

use std::error::Error;

use kakaopay_flows::Event;

/// What the merchant does when a payment ends.
pub trait Handler: Send + Sync {
    /// Takes an event. `key` is the same whenever the same event is told again.
    ///
    /// An event is told until this returns `Ok`, so at least once: if the process dies in between,
    /// it is told again. Do what it asks for once for each key, for instance by inserting the key
    /// in the same transaction.
    ///
    /// # Errors
    /// Whatever went wrong; the event is told again later.
    fn handle(
        &self,
        key: &str,
        event: &Event,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

impl<H: Handler> Handler for &H {
    async fn handle(&self, key: &str, event: &Event) -> Result<(), Box<dyn Error + Send + Sync>> {
        (*self).handle(key, event).await
    }
}
