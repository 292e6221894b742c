//! Delivers notifications from the outbox to the merchant's handler.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_flows::PaymentEvent;
use kakaopay_store::{ClaimRequest, ClaimToken, ClaimedMessage, Held, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::handler_call;
use crate::delivery::HandlerFailure;
use crate::driver::{Engine, Handed, LEASE, Lease, is_current, repeated};
use crate::error::Error;
use crate::handler::{EventHandler, Notification};
use crate::merchant::Merchant;

/// Backoff after the first failure of a notification. Each further one doubles it.
const MIN_BACKOFF: Duration = Duration::from_secs(10);
/// Longest backoff.
const MAX_BACKOFF: Duration = Duration::from_secs(900);
/// Number of failures of one notification after which a person must look.
const ALERT_AFTER: u32 = 10;

/// The result of one delivery: whether the handler accepted the notification.
pub(super) type Delivered = Result<bool, Error>;

impl<S: Store> Merchant<S> {
    /// Delivers one batch of pending notifications and waits for it. Returns the number that the handler
    /// accepted.
    pub(super) async fn notify_all<H: EventHandler + 'static>(
        &self,
        handler: &Arc<H>,
    ) -> Result<usize, Error> {
        let mut calls = JoinSet::new();
        self.claim_and_notify(handler, &mut calls, &self.places()).await?;
        let mut accepted = Ok(0);
        while let Some(ended) = calls.join_next().await {
            accepted = match (accepted, delivered_of(ended)) {
                (Ok(before), Ok(is_accepted)) => Ok(before + usize::from(is_accepted)),
                (Err(error), _) | (_, Err(error)) => Err(error),
            };
        }
        accepted
    }

    /// Claims as many notifications as handler calls are free, at most one of each payment besides alerts,
    /// and begins to deliver each in a task of its own. Returns whether there may be more: also if no place is free.
    pub(super) async fn claim_and_notify<H: EventHandler + 'static>(
        &self,
        handler: &Arc<H>,
        calls: &mut JoinSet<Delivered>,
        places: &Arc<Semaphore>,
    ) -> Result<bool, Error> {
        let Some(mut taken) = take_all(places) else { return Ok(true) };
        let free = taken.num_permits();
        // Another account's orders are not this handler's.
        self.engine.store_id().await?;
        let since = Instant::now();
        let messages = self.engine.store.claim_messages(ClaimRequest::new(LEASE, free)).await?;
        let claimed = messages.len();
        for message in messages {
            let row = Held::Message(message.key.clone(), message.claim);
            let lease = self.engine.leases.hold(row, since);
            // Not reached: no more are claimed than asked for.
            let Some(place) = taken.split(1) else { break };
            self.begin(handler, calls, Handed { message, lease, place });
        }
        Ok(claimed >= free)
    }

    /// Begins to deliver a claimed message.
    pub(super) fn begin<H: EventHandler + 'static>(
        &self,
        handler: &Arc<H>,
        calls: &mut JoinSet<Delivered>,
        Handed { message, lease, place }: Handed,
    ) {
        let (engine, handler) = (Arc::clone(&self.engine), Arc::clone(handler));
        calls.spawn(async move {
            let delivered = engine.notify(&handler, message, lease).await;
            drop(place);
            delivered
        });
    }

    /// Places for handler calls.
    pub(super) fn places(&self) -> Arc<Semaphore> {
        let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Arc::new(Semaphore::new(self.engine.handler_limits.max_concurrent.min(most)))
    }
}

/// Takes all places that are free; `None` if none is.
fn take_all(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    loop {
        let free = u32::try_from(places.available_permits()).ok().filter(|free| *free > 0)?;
        match Arc::clone(places).try_acquire_many_owned(free) {
            Ok(taken) => return Some(taken),
            // A step has just reserved some.
            Err(TryAcquireError::NoPermits) => {}
            Err(TryAcquireError::Closed) => return None,
        }
    }
}

/// The result of a delivery task. One that panicked has accepted nothing: its notification becomes
/// claimable again when its lease expires.
pub(super) fn delivered_of(ended: Result<Delivered, JoinError>) -> Delivered {
    ended.unwrap_or_else(|error| {
        if error.is_panic() {
            tracing::error!("delivery of a notification panicked; will retry after its lease");
        }
        Ok(false)
    })
}

impl<S: Store> Engine<S> {
    /// Delivers one notification, which is held until then. Returns whether the handler accepted it.
    async fn notify<H: EventHandler + 'static>(
        &self,
        handler: &Arc<H>,
        message: ClaimedMessage,
        lease: Lease,
    ) -> Delivered {
        let ClaimedMessage { key, body, claim, failures, damaged, .. } = message;
        let Some(event) = readable(&key, &body, damaged) else {
            // A process of another version, or a person, has time to take it meanwhile.
            // Its lease ends first: renewed once more, it would come back at once.
            self.give_back(&[lease.end()], None).await;
            return Ok(false);
        };
        let notification = Notification { idempotency_key: key.clone(), event, claim };
        if let Err(failure) = handler_call::call(handler, notification, self.handler_limits.timeout).await {
            self.failed(&key, claim, failures, &failure).await?;
            return Ok(false);
        }
        self.counters.notification_delivered();
        if !self.completions.complete(&self.store, &key, claim).await? {
            tracing::warn!(key, "event handler outlived its lease; notification may be delivered twice");
        }
        Ok(true)
    }

    /// Handles a failed delivery, the first after `failures` others: logs and counts it, and ends the claim with
    /// a backoff.
    async fn failed(
        &self,
        key: &str,
        claim: ClaimToken,
        failures: u32,
        failure: &HandlerFailure,
    ) -> Result<(), Error> {
        self.counters.handler_failed(failure);
        tracing::warn!(key, error = %failure, failures, "event handler failed; notification will be redelivered");
        if failures.saturating_add(1) == ALERT_AFTER {
            tracing::error!(
                key,
                failures = ALERT_AFTER,
                "event handler keeps failing for one notification: find the cause in the log entries of this key \
                 and correct the handler, or skip the notification with `Merchant::skip`; until then redelivery \
                 continues, and later notifications of its payment wait"
            );
        }
        is_current(repeated(|| self.store.fail_message(key, claim, backoff(failures))).await)?;
        Ok(())
    }
}

/// Reads the event of a message, unless it is damaged or of a newer version.
fn readable(key: &str, body: &[u8], damaged: bool) -> Option<PaymentEvent> {
    if damaged {
        tracing::error!(
            key,
            "stored notification is damaged or was altered, and is not delivered: compare the payment with the \
             API's dashboard, then restore the store from a backup, or skip the notification with `Merchant::skip`"
        );
        return None;
    }
    let event = serde_json::from_slice(body).ok();
    if event.is_none() {
        tracing::error!(key, "notification not understood: upgrade this process");
    }
    event
}

/// The time until a notification that has failed so often before is delivered again.
fn backoff(failures: u32) -> Duration {
    let factor = 2_u32.checked_pow(failures).unwrap_or(u32::MAX);
    MIN_BACKOFF.saturating_mul(factor).min(MAX_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f50_backoff_doubles_from_10_s_to_15_min() {
        let seconds = (0..9).map(|failures| backoff(failures).as_secs()).collect::<Vec<_>>();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
        for failures in [62, 63, 64, u32::MAX] {
            assert_eq!(backoff(failures).as_secs(), 900, "{failures}");
        }
    }
}
