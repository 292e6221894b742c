//! The merchant's event handler.

use std::error::Error;

use kakaopay_flows::Event;
use kakaopay_ledger::Claim;

/// A notification: one event for the merchant's handler.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Telling {
    /// Stable, unique idempotency key. Redeliveries of the same event carry the same key.
    pub key: String,
    /// The event.
    pub event: Event,
    /// The fencing token of this delivery. The driver completes the notification with it; a handler
    /// that shares a database with the store can do so in its own transaction.
    pub claim: Claim,
}

/// Handles the events of payments, such as an order that was paid.
pub trait Handler: Send + Sync {
    /// Handles one notification.
    ///
    /// Delivery is at least once and in order per payment: a notification is redelivered until this
    /// returns `Ok`, also after a crash. There are two ways to act on it exactly once:
    ///
    /// - Insert [`Telling::key`] into a table with a unique constraint, in the transaction that does
    ///   the work. This works with any database.
    /// - Complete the notification in that transaction: `SqliteStore::complete_with` and
    ///   `PostgresStore::complete_in` take [`Telling::claim`], and fail if another process has
    ///   claimed it since.
    ///
    /// Return within one minute. Two minutes after the claim, another process may deliver the same
    /// notification.
    ///
    /// # Errors
    /// Any error makes the notification redelivered later.
    fn handle(
        &self,
        telling: &Telling,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

impl<H: Handler> Handler for &H {
    async fn handle(&self, telling: &Telling) -> Result<(), Box<dyn Error + Send + Sync>> {
        (*self).handle(telling).await
    }
}
