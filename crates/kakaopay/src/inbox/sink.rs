//! Stores webhooks when they arrive.

use std::fmt;
use std::sync::Arc;

use kakaopay_store::{InsertOutcome, NewInboxEvent, Store, StoreError};
use kakaopay_webhook::{ReceivedEvent, Rejection, Sink};

use crate::driver::Engine;

/// Stores the webhooks of a merchant before they are acknowledged.
pub struct Inbox<S> {
    engine: Arc<Engine<S>>,
}

impl<S> Inbox<S> {
    pub(crate) fn new(engine: Arc<Engine<S>>) -> Self {
        Self { engine }
    }
}

impl<S: Store> Sink for Inbox<S> {
    type Error = StoreError;

    async fn store(&self, accepted: ReceivedEvent) -> Result<(), StoreError> {
        let ReceivedEvent { event, body, .. } = accepted;
        let delivery = NewInboxEvent::new(event.id, body.to_vec());
        let receipt = self.engine.store.insert_event(delivery).await.inspect_err(|error| {
            self.engine.counters.webhook_store_failed();
            tracing::error!(%error, "failed to store webhook; not acknowledged");
        })?;
        let duplicate = receipt == InsertOutcome::Duplicate;
        tracing::info!(key = event.key.as_str(), duplicate, "webhook stored");
        self.engine.counters.webhook_stored(receipt);
        self.engine.wakers.due.notify_one();
        Ok(())
    }

    fn rejected(&self, why: &Rejection) {
        // Logged at `DEBUG`: anyone can send invalid webhooks, and must not fill the disk with logs.
        match why {
            Rejection::InvalidSignature(error) => {
                self.engine.counters.signature_failed();
                tracing::debug!(%error, "webhook rejected: invalid signature");
            }
            Rejection::InvalidPayload(error) => {
                self.engine.counters.webhook_malformed();
                tracing::debug!(%error, "webhook rejected: invalid payload");
            }
            _ => {}
        }
    }
}

impl<S> Clone for Inbox<S> {
    fn clone(&self) -> Self {
        Self { engine: Arc::clone(&self.engine) }
    }
}

impl<S> fmt::Debug for Inbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}
