//! Stores webhooks when they arrive.

use std::fmt;
use std::sync::Arc;

use kakaopay_store::{InsertOutcome, NewInboxEvent, Store, StoreError};
use kakaopay_types::{Event, EventKey};
use kakaopay_webhook::{ReceivedEvent, Rejection, Sink};

use super::error::InboxError;
use super::guard::Refusal;
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

impl<S: Store> Inbox<S> {
    /// Whether an unsigned webhook is about a charge or an order of this store. Anyone can send one.
    async fn is_related(&self, event: &Event) -> Result<bool, StoreError> {
        let store = &self.engine.store;
        if let Some(charge) = event.charge_id()
            && self.engine.payment_of(&charge).await?.is_some()
        {
            return Ok(true);
        }
        match event.attempt() {
            Some(attempt) => {
                let payment = store.load(attempt.order()).await?;
                Ok(payment.snapshot.is_some() || !payment.entries.is_empty())
            }
            None => Ok(false),
        }
    }

    /// Whether a webhook says only that a known charge was created, as each first one does whose charge's response was
    /// not lost. The store says so: a fail-over may have lost a charge that this process knows.
    async fn is_known_creation(&self, event: &Event) -> Result<bool, StoreError> {
        match event.charge_id() {
            Some(charge) if event.key == EventKey::ChargeCreate => {
                Ok(self.engine.store.find_by_charge(&charge).await?.is_some())
            }
            _ => Ok(false),
        }
    }

    async fn insert(&self, accepted: ReceivedEvent) -> Result<(), InboxError> {
        let ReceivedEvent { event, body, verified, .. } = accepted;
        if self.is_known_creation(&event).await? {
            self.engine.counters.webhook_stored(false);
            return Ok(());
        }
        if !verified {
            if !self.is_related(&event).await? {
                self.refuse(Refusal::Unrelated, &"unsigned");
                return Ok(());
            }
            if !self.engine.guard.has_room(&self.engine.store).await? {
                self.refuse(Refusal::OverLimit, &InboxError::TooManyPending);
                return Err(InboxError::TooManyPending);
            }
        }
        let delivery = NewInboxEvent::new(event.id, body.to_vec());
        let is_new = match self.engine.store.insert_event(delivery).await? {
            InsertOutcome::Inserted => true,
            InsertOutcome::Duplicate => false,
            InsertOutcome::Closed { why } => return Err(InboxError::Closed { why }),
        };
        tracing::info!(key = event.key.as_str(), duplicate = !is_new, "webhook stored");
        self.engine.counters.webhook_stored(is_new);
        self.engine.wakers.due.notify_one();
        Ok(())
    }

    /// Counts a refusal, and logs it now and then: anyone can send webhooks, and must not fill the disk with logs.
    fn refuse(&self, refusal: Refusal, error: &dyn fmt::Display) {
        self.engine.counters.webhook_refused(refusal);
        let Some(count) = self.engine.guard.may_warn(refusal) else { return };
        match refusal {
            Refusal::Form => tracing::warn!(
                count,
                %error,
                "webhooks refused: they have not the form of Omise's; let the proxy in front pass them on unchanged"
            ),
            Refusal::Signature => tracing::warn!(
                count,
                %error,
                "webhooks refused: their signature is not valid; compare the webhook secret with the one in the Omise \
                 dashboard, and check this machine's clock"
            ),
            Refusal::Payload => tracing::warn!(
                count,
                %error,
                "webhooks refused: this version does not understand them; upgrade it, or set a webhook secret"
            ),
            Refusal::Unrelated => tracing::warn!(
                count,
                "unsigned webhooks left out: they are about no charge of this store; set a webhook secret, and check \
                 that no other shop uses this address"
            ),
            Refusal::OverLimit => tracing::warn!(
                count,
                %error,
                "webhooks refused: too many are pending; check that `Merchant::run` works them off"
            ),
        }
    }
}

impl<S: Store> Sink for Inbox<S> {
    type Error = InboxError;

    async fn store(&self, accepted: ReceivedEvent) -> Result<(), InboxError> {
        self.insert(accepted).await.inspect_err(|error| {
            let cause: &dyn fmt::Display = match error {
                InboxError::Store(cause) => cause,
                InboxError::Closed { why } => why,
                InboxError::TooManyPending => return,
            };
            self.engine.counters.webhook_store_failed();
            tracing::error!(error = %cause, "failed to store webhook; not acknowledged");
        })
    }

    fn rejected(&self, why: &Rejection) {
        match why {
            Rejection::InvalidForm(error) => self.refuse(Refusal::Form, error),
            Rejection::InvalidSignature(error) => self.refuse(Refusal::Signature, error),
            Rejection::InvalidPayload(error) => self.refuse(Refusal::Payload, error),
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
