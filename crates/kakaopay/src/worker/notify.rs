//! Delivers notifications from the outbox to the merchant's handler.

use kakaopay_flows::PaymentEvent;
use kakaopay_store::{ClaimRequest, ClaimedMessage, Store, StoreError, StoreErrorKind};

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
/// Backoff after the first failure of a notification, in seconds. Each further one doubles it.
const MIN_BACKOFF_SECONDS: i64 = 10;
/// Longest backoff, in seconds.
const MAX_BACKOFF_SECONDS: i64 = 900;

impl<S: Store> Merchant<S> {
    /// Delivers one batch of pending notifications, at most one of each payment besides alerts. Returns
    /// the number that the handler accepted.
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
        let ClaimedMessage { key, body, claim, failures, .. } = message;
        let Ok(event) = serde_json::from_slice::<PaymentEvent>(&body) else {
            // Written by a newer version, which can deliver it.
            tracing::error!(key, "notification not understood: upgrade this process");
            return Ok(false);
        };
        let notification = Notification { idempotency_key: key, event, claim };
        let key = notification.idempotency_key.as_str();
        if let Err(error) = handler.handle(&notification).await {
            self.engine.counters.handler_failed();
            tracing::warn!(key, error, failures, "event handler failed; notification will be redelivered");
            let retry_at = self.now().saturating_add_seconds(backoff_seconds(failures));
            is_current(self.engine.store.fail_message(key, claim, retry_at).await)?;
            return Ok(false);
        }
        self.engine.counters.notification_delivered();
        if !is_current(self.engine.store.complete_message(key, claim).await)? {
            tracing::warn!(key, "event handler outlived its lease; notification may be delivered twice");
        }
        Ok(true)
    }
}

/// Whether the claim was still valid. Another process has the message otherwise, or a person skipped it.
fn is_current(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == StoreErrorKind::StaleClaim => Ok(false),
        Err(error) => Err(error),
    }
}

/// The time until a notification that has failed so often before is delivered again, in seconds.
fn backoff_seconds(failures: u32) -> i64 {
    let factor = 2_i64.checked_pow(failures).unwrap_or(i64::MAX);
    MIN_BACKOFF_SECONDS.saturating_mul(factor).clamp(MIN_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f50_backoff_doubles_from_10_s_to_15_min() {
        let seconds = (0..9).map(backoff_seconds).collect::<Vec<_>>();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
        for failures in [62, 63, 64, u32::MAX] {
            assert_eq!(backoff_seconds(failures), 900, "{failures}");
        }
    }
}
