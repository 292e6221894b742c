//! Processes stored webhooks: has the charge that they name read.

use std::collections::BTreeMap;

use kakaopay_flows::{Evidence, Input};
use kakaopay_store::{Held, InboxEvent, Store};
use kakaopay_types::endpoint::RetrieveCharge;
use kakaopay_types::{ChargeId, ErrorCode, Event, EventId, EventKey, Reference, StoreId, decode};

use crate::driver::{Applied, Engine, Lease, is_of, repeated};
use crate::error::Error;

/// Claimed webhooks that one read serves: they name the same charge and the same order.
#[derive(Debug)]
pub(crate) struct Webhooks {
    /// The charge and the order that they name, if any.
    subject: Option<(ChargeId, Option<Reference>)>,
    /// What they say, without repetitions.
    keys: Vec<EventKey>,
    /// Their events, with the leases under which this process has them.
    pub(crate) events: BTreeMap<EventId, Lease>,
}

impl Webhooks {
    /// Groups claimed webhooks, in the order of their charges, and holds each. An order of another store is none of this
    /// one.
    pub(crate) fn group(stored: Vec<InboxEvent>, store: &StoreId, hold: impl Fn(Held) -> Lease) -> Vec<Self> {
        let mut groups: BTreeMap<_, Self> = BTreeMap::new();
        for InboxEvent { event, body, claim, damaged, .. } in stored {
            if damaged {
                // Only a hint is lost: polls and the next reconciliation read the charge all the same.
                tracing::error!(event = event.as_str(), "stored webhook is damaged; left out");
            }
            // The receiver stores only bodies that decode as an event.
            let decoded = decode::from_slice::<Event>(&body).ok();
            let subject = decoded.as_ref().and_then(|decoded| {
                let attempt = decoded.attempt().filter(|_| decoded.store().as_ref() == Some(store));
                let order = attempt.map(|attempt| attempt.order().clone());
                decoded.charge_id().map(|charge| (charge, order))
            });
            let group = groups.entry(subject.clone());
            let group = group.or_insert_with(|| Self { subject, keys: Vec::new(), events: BTreeMap::new() });
            let lease = hold(Held::Event(event.clone(), claim));
            group.events.insert(event, lease);
            if let Some(key) = decoded.map(|decoded| decoded.key).filter(|key| !group.keys.contains(key)) {
                group.keys.push(key);
            }
        }
        groups.into_values().collect()
    }

    /// The charge that they name, if any.
    pub(crate) fn charge(&self) -> Option<&ChargeId> {
        self.subject.as_ref().map(|(charge, _)| charge)
    }

    /// Ends their leases, and returns the rows.
    pub(crate) fn end(self) -> Vec<Held> {
        self.events.into_values().map(Lease::end).collect()
    }

    /// Adds later webhooks, if they name the same charge and order. Returns them otherwise.
    pub(crate) fn merge(&mut self, later: Self) -> Option<Self> {
        if later.subject != self.subject {
            return Some(later);
        }
        self.events.extend(later.events);
        for key in later.keys {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
        None
    }
}

impl<S: Store> Engine<S> {
    /// Processes webhooks by reading the charge that they name. Returns `false` if the read failed; they stay in the
    /// inbox then.
    pub(crate) async fn process_webhooks(&self, webhooks: &Webhooks) -> Result<bool, Error> {
        let events: Vec<_> = webhooks.events.keys().cloned().collect();
        let is_read = match self.apply_webhooks(webhooks).await {
            Ok(Some(applied)) => {
                let driven = self.drive_and_complete(applied, webhooks.charge(), &events).await?;
                if driven.completed {
                    return Ok(true);
                }
                !driven.read_failed
            }
            Ok(None) => true,
            Err(Error::NotFound(reference)) => self.look_into_orphan(webhooks, &reference).await?,
            Err(error) => return Err(error),
        };
        if is_read {
            for event in &events {
                repeated(|| self.store.complete_event(event)).await?;
            }
        }
        Ok(is_read)
    }

    /// Reads the charge of webhooks that name this store and an order that it does not have, and records it as
    /// orphaned. Returns `false` if it cannot be read.
    async fn look_into_orphan(&self, webhooks: &Webhooks, reference: &Reference) -> Result<bool, Error> {
        let Some((charge, _)) = &webhooks.subject else { return Ok(true) };
        let read = self.clients.secret.send(RetrieveCharge::new(charge.clone()));
        match self.reads.read_alone(charge, read).await {
            // Only the charge itself says whose it is: anyone may have posted the webhook.
            Ok(charge) if is_of(&charge, &self.store_id().await?, reference) => {
                self.record_orphan(reference, &charge).await?;
                Ok(true)
            }
            Ok(_) => Ok(true),
            Err(error) => Ok(error.api_rejection().is_some_and(|error| error.code == ErrorCode::NotFound)),
        }
    }

    /// Applies webhooks to the payment that they concern. Returns `None` if they concern none of this store, or say only
    /// that a known charge was created.
    async fn apply_webhooks(&self, webhooks: &Webhooks) -> Result<Option<Applied>, Error> {
        let Some((charge, order)) = &webhooks.subject else { return Ok(None) };
        // A fail-over may have lost a charge that this process knows, and its creation is news then.
        let known = if webhooks.keys.contains(&EventKey::ChargeCreate) {
            self.store.find_by_charge(charge).await?
        } else {
            self.payment_of(charge).await?
        };
        let is_known = known.is_some();
        let reference = match known {
            Some(reference) => reference,
            // The response to the charge's creation is late or lost.
            None => match order {
                Some(order) => order.clone(),
                None => return Ok(None),
            },
        };
        let mut applied: Option<Applied> = None;
        for key in &webhooks.keys {
            if is_known && *key == EventKey::ChargeCreate {
                continue;
            }
            let evidence = Evidence::Webhook { key: key.clone(), charge: charge.clone() };
            let next = self.apply_webhook(&reference, &Input::Evidence(evidence)).await?;
            applied = Some(match applied {
                Some(before) => before.and(next),
                None => next,
            });
        }
        Ok(applied)
    }
}
