//! Webhooks: stored when they come, worked off later.

use std::fmt;
use std::sync::Arc;

use kakaopay_flows::{Evidence, Input};
use kakaopay_ledger::{Delivery, InboxEvent, Store, StoreError};
use kakaopay_types::{Event, Reference, decode};
use kakaopay_webhook::{Accepted, Refused, Sink};

use crate::engine::Engine;
use crate::error::Error;

/// Where the webhooks of a merchant are stored before they are acknowledged.
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

    async fn store(&self, accepted: Accepted) -> Result<(), StoreError> {
        let Accepted { event, body, received_at, .. } = accepted;
        let delivery = Delivery { event: event.id, body: body.to_vec().into(), received_at };
        let receipt = self.engine.store.receive(delivery).await.inspect_err(|error| {
            self.engine.counts.not_stored();
            tracing::error!(%error, "a webhook could not be stored, and is not acknowledged");
        })?;
        tracing::info!(key = event.key.as_str(), receipt = ?receipt, "webhook");
        self.engine.counts.received(receipt);
        self.engine.bells.work.notify_one();
        Ok(())
    }

    fn refused(&self, why: &Refused) {
        match why {
            // Below the level that is usually kept: strangers must not be able to fill a disk with it.
            Refused::Signature(refusal) => {
                self.engine.counts.signature_failed();
                tracing::debug!(error = %refusal, "a webhook is not believed");
            }
            Refused::NoEvent(error) => {
                self.engine.counts.not_understood();
                tracing::debug!(%error, "a webhook is not an event");
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

impl<S: Store> Engine<S> {
    /// Works a webhook off: has the charge it speaks of read. It stays in the inbox when that
    /// could not be done, and comes back when its lease ends.
    pub(crate) async fn work_off(&self, stored: &InboxEvent) -> Result<(), Error> {
        if let Some((reference, evidence)) = self.evidence_in(stored).await? {
            let pursued = match self.tell(&reference, &Input::Evidence(evidence)).await {
                Ok(told) => Some(self.pursue(told).await?),
                // It names an order that is not paid here.
                Err(Error::Unknown(_)) => None,
                Err(error) => return Err(error),
            };
            if pursued.is_some_and(|pursued| pursued.unread) {
                return Ok(());
            }
        }
        Ok(self.store.finish_event(&stored.event).await?)
    }

    /// The payment a webhook is about, and what it suggests; `None` when it is about none of ours.
    async fn evidence_in(&self, stored: &InboxEvent) -> Result<Option<(Reference, Evidence)>, Error> {
        // What came in was an event, or the receiver would not have stored it.
        let Ok(event) = decode::from_slice::<Event>(&stored.body) else { return Ok(None) };
        let Some(charge) = event.charge_id() else { return Ok(None) };
        let reference = match self.store.reference_of(&charge).await? {
            Some(reference) => Some(reference),
            // The answer to the charge's creation has not come yet, or never will.
            None => event.attempt().map(|attempt| attempt.order().clone()),
        };
        Ok(reference.map(|reference| (reference, Evidence::Webhook { key: event.key, charge })))
    }
}
