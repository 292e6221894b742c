//! Processes stored webhooks: has the charge of each one read.

use kakaopay_flows::{Evidence, Input};
use kakaopay_store::{InboxEvent, Store};
use kakaopay_types::{Event, Reference, decode};

use crate::driver::Engine;
use crate::error::Error;

impl<S: Store> Engine<S> {
    /// Processes a webhook by reading the charge it names. If the read fails, the webhook stays in
    /// the inbox and becomes due again when its lease expires.
    pub(crate) async fn process_webhook(&self, stored: &InboxEvent) -> Result<(), Error> {
        if let Some((reference, evidence)) = self.evidence_in(stored).await? {
            let driven = match self.apply_input(&reference, &Input::Evidence(evidence)).await {
                Ok(applied) => Some(self.drive(applied).await?),
                // It names an order of another store.
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(error),
            };
            if driven.is_some_and(|driven| driven.read_failed) {
                return Ok(());
            }
        }
        Ok(self.store.complete_event(&stored.event).await?)
    }

    /// The payment that a webhook concerns and its evidence, or `None` if it concerns no payment of
    /// this store.
    async fn evidence_in(&self, stored: &InboxEvent) -> Result<Option<(Reference, Evidence)>, Error> {
        // The receiver stores only bodies that decode as an event.
        let Ok(event) = decode::from_slice::<Event>(&stored.body) else { return Ok(None) };
        let Some(charge) = event.charge_id() else { return Ok(None) };
        let reference = match self.store.find_by_charge(&charge).await? {
            Some(reference) => Some(reference),
            // The response to the charge's creation is late or lost.
            None => event.attempt().map(|attempt| attempt.order().clone()),
        };
        Ok(reference.map(|reference| (reference, Evidence::Webhook { key: event.key, charge })))
    }
}
