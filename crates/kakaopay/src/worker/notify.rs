//! Delivers notifications from the outbox to the merchant's handler.

use kakaopay_flows::PaymentEvent;
use kakaopay_store::{ClaimRequest, ClaimedMessage, Store, StoreErrorKind};

use crate::error::Error;
use crate::handler::{EventHandler, Notification};
use crate::merchant::Merchant;

/// Lease of a claimed message, in seconds.
const LEASE_SECONDS: i64 = 120;
/// Time after the claim in which deliveries may start, in seconds. The handler of a later one might
/// still run when the lease expires and another process delivers the same message.
const START_WITHIN_SECONDS: i64 = 60;
/// Maximum number of messages per claim.
const BATCH: usize = 16;

impl<S: Store> Merchant<S> {
    /// Delivers one batch of pending notifications, oldest first. Returns the number that the
    /// handler accepted.
    pub(crate) async fn notify_all(&self, handler: &impl EventHandler) -> Result<usize, Error> {
        let claimed_at = self.now();
        let until = claimed_at.saturating_add_seconds(LEASE_SECONDS);
        let claim = ClaimRequest::new(claimed_at, until, BATCH);
        let mut delivered = 0;
        for message in self.engine.store.claim_messages(claim).await? {
            if self.now() > claimed_at.saturating_add_seconds(START_WITHIN_SECONDS) {
                tracing::warn!(
                    "event handler exceeded its 60 s budget; remaining notifications returned to the outbox"
                );
                break;
            }
            delivered += usize::from(self.notify(handler, message).await?);
        }
        Ok(delivered)
    }

    /// Delivers one notification. Returns whether the handler accepted it.
    async fn notify(&self, handler: &impl EventHandler, message: ClaimedMessage) -> Result<bool, Error> {
        let ClaimedMessage { key, body, claim, .. } = message;
        let Ok(event) = serde_json::from_slice::<PaymentEvent>(&body) else {
            // Written by a newer version, which can deliver it.
            tracing::error!(key, "notification not understood: upgrade this process");
            return Ok(false);
        };
        let notification = Notification { idempotency_key: key, event, claim };
        let key = notification.idempotency_key.as_str();
        if let Err(error) = handler.handle(&notification).await {
            self.engine.counters.handler_failed();
            tracing::warn!(key, error, "event handler failed; notification will be redelivered");
            return Ok(false);
        }
        self.engine.counters.notification_delivered();
        match self.engine.store.complete_message(key, claim).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == StoreErrorKind::StaleClaim => {
                tracing::warn!(key, "event handler outlived its lease; notification may be delivered twice");
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }
}
