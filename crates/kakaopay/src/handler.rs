//! The merchant's event handler.

use std::error::Error;
use std::sync::Arc;

use kakaopay_flows::PaymentEvent;
use kakaopay_store::ClaimToken;

/// A notification: one event for the merchant's handler.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Notification {
    /// Stable, unique idempotency key. Redeliveries of the same event carry the same key.
    pub idempotency_key: String,
    /// The event.
    pub event: PaymentEvent,
    /// The fencing token of this delivery. The driver completes the notification with it; a handler
    /// that shares a database with the store can do so in its own transaction.
    pub claim: ClaimToken,
}

/// Handles the events of payments, such as an order that was paid.
pub trait EventHandler: Send + Sync {
    /// Handles one notification.
    ///
    /// Delivery is at least once and in order per payment: a notification is redelivered until this
    /// returns `Ok`, also after a crash, and the next one of its payment waits for that. Only
    /// [alerts](PaymentEvent::Alert) wait for nothing. There are two ways to act on it exactly once:
    ///
    /// - Insert [`Notification::idempotency_key`] into a table with a unique constraint, in the transaction that does
    ///   the work. This works with any database.
    /// - Complete the notification in that transaction: `SqliteStore::complete_in_transaction` and
    ///   `PostgresStore::complete_in_transaction` take [`Notification::claim`], and fail if another process has
    ///   claimed it since.
    ///
    /// Each call runs in a task of its own, beside the calls for other payments. Return within
    /// [the handler timeout](crate::MerchantBuilder::handler_timeout), and do not block the thread: a call that
    /// exceeds the timeout is cancelled at its next `await`, and a later delivery may overlap with one that
    /// does not stop.
    ///
    /// # Errors
    /// Any error makes the notification redelivered: after 10 s at first, then after twice as long each
    /// time, up to 15 min. A panic or a timeout counts as an error. [`Merchant::skip`](crate::Merchant::skip)
    /// takes one out that can never succeed.
    fn handle(
        &self,
        notification: &Notification,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

impl<H: EventHandler> EventHandler for &H {
    async fn handle(&self, notification: &Notification) -> Result<(), Box<dyn Error + Send + Sync>> {
        (*self).handle(notification).await
    }
}

impl<H: EventHandler> EventHandler for Arc<H> {
    async fn handle(&self, notification: &Notification) -> Result<(), Box<dyn Error + Send + Sync>> {
        (**self).handle(notification).await
    }
}
