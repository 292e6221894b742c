//! Looking at everything the service has of late, because webhooks may be lost, and so may ledgers.

use futures_util::{StreamExt, pin_mut};
use kakaopay_flows::{Evidence, Input};
use kakaopay_ledger::{Delivery, Lease, Store};
use kakaopay_transport::ErrorKind;
use kakaopay_types::endpoint::{ListCharges, ListEvents, Page};
use kakaopay_types::{Charge, Event, Order, Timestamp};

use crate::engine::Engine;
use crate::error::Error;
use crate::merchant::Merchant;
use crate::run::Stop;

/// A look at the service that is taken again and again, by one process for all.
struct Chore {
    name: &'static str,
    /// How long after it was done it is due again, in seconds.
    every: i64,
    /// How far back it looks, in seconds: further than to the last one, which may have been late.
    back: i64,
}

const CHORES: [Chore; 2] = [
    Chore { name: "sweep", every: 3_600, back: 3 * 3_600 },
    // A charge can be paid for seven days, and refunded until the next day but one begins.
    Chore { name: "reconcile", every: 86_400, back: 10 * 86_400 },
];
/// When somebody else may do a chore that was begun and not ended, in seconds.
const LEASE_SECONDS: i64 = 600;

/// What a look at the service has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// Events that were read.
    pub events: u64,
    /// Events whose webhook had not arrived.
    pub missed: u64,
    /// Charges of orders that were read.
    pub charges: u64,
    /// Payments that were moved on by their charge.
    pub moved: u64,
    /// Charges that name an order which this ledger does not have: another ledger's, or this one was lost.
    pub strangers: u64,
    /// What could not be read or not be told to its payment.
    pub troubled: u64,
    /// Whether everything was looked at.
    pub complete: bool,
}

impl<S: Store> Merchant<S> {
    /// Looks at all events and charges that the service has made since that moment, by its clock, and tells
    /// payments of theirs. [`Merchant::run`] does so every hour and every day.
    ///
    /// # Errors
    /// [`Error::Store`] when the store is in trouble. What cannot be read is counted.
    pub async fn sweep(&self, since: Timestamp) -> Result<Swept, Error> {
        self.engine.sweep(since, &|| false).await
    }

    /// Does the chores that are due, until it is to stop.
    pub(crate) async fn do_chores(&self, stop: &Stop) {
        for chore in &CHORES {
            if *stop.borrow() {
                return;
            }
            if let Err(error) = self.do_chore(chore, stop).await {
                tracing::error!(chore = chore.name, %error, "a chore is left for later");
            }
        }
    }

    async fn do_chore(&self, chore: &Chore, stop: &Stop) -> Result<(), Error> {
        let now = self.now();
        let lease = Lease { now, until: now.saturating_add_seconds(LEASE_SECONDS), limit: 1 };
        if !self.engine.store.claim_chore(chore.name, lease).await? {
            return Ok(());
        }
        let since = now.saturating_add_seconds(-chore.back);
        let swept = self.engine.sweep(since, &|| *stop.borrow()).await?;
        tracing::info!(
            chore = chore.name,
            events = swept.events,
            missed = swept.missed,
            charges = swept.charges,
            moved = swept.moved,
            strangers = swept.strangers,
            troubled = swept.troubled,
            complete = swept.complete,
            "swept",
        );
        if swept.complete {
            self.engine.store.put_off(chore.name, now.saturating_add_seconds(chore.every)).await?;
        }
        Ok(())
    }
}

impl<S: Store> Engine<S> {
    async fn sweep(&self, since: Timestamp, stopped: &(dyn Fn() -> bool + Sync)) -> Result<Swept, Error> {
        let page = || Page::new().from(since).order(Order::Chronological);
        let mut swept = Swept { complete: true, ..Swept::default() };
        // Charges first: what they have come to makes most of the events no news.
        let charges = self.clients.secret.each(ListCharges::new().page(page()));
        pin_mut!(charges);
        while let Some(charge) = charges.next().await {
            match charge {
                _ if stopped() => return Ok(Swept { complete: false, ..swept }),
                Ok(charge) => self.sweep_charge(charge, &mut swept).await?,
                Err(error) => swept.unread(&error),
            }
        }
        let events = self.clients.secret.each(ListEvents::new().page(page()));
        pin_mut!(events);
        while let Some(event) = events.next().await {
            match event {
                _ if stopped() => return Ok(Swept { complete: false, ..swept }),
                Ok(event) => self.sweep_event(event, &mut swept).await?,
                Err(error) => swept.unread(&error),
            }
        }
        Ok(swept)
    }

    /// Tells a payment of its charge.
    async fn sweep_charge(&self, charge: Charge, swept: &mut Swept) -> Result<(), Error> {
        let reference = match self.store.reference_of(&charge.id).await? {
            Some(reference) => reference,
            None => match charge.metadata.attempt() {
                Some(attempt) => attempt.order().clone(),
                None => return Ok(()),
            },
        };
        swept.charges += 1;
        let (id, read) = (charge.id.clone(), Input::Evidence(Evidence::Read(Box::new(charge))));
        let pursued = match self.tell(&reference, &read).await {
            Ok(told) => self.pursue(told).await,
            Err(error) => Err(error),
        };
        match pursued {
            Ok(pursued) => swept.moved += u64::from(pursued.moved),
            Err(Error::Unknown(_)) => {
                swept.strangers += 1;
                tracing::error!(
                    reference = reference.as_str(),
                    charge = id.as_str(),
                    "the service has a charge of an order that is not in this ledger",
                );
            }
            Err(error) => return swept.troubled(error),
        }
        Ok(())
    }

    /// Puts an event where its webhook would have been put, unless that has arrived.
    async fn sweep_event(&self, event: Event, swept: &mut Swept) -> Result<(), Error> {
        swept.events += 1;
        let Some(charge) = event.charge_id() else { return Ok(()) };
        if event.attempt().is_none() && self.store.reference_of(&charge).await?.is_none() {
            return Ok(());
        }
        // An event is plain data with text keys, which JSON can always express.
        let body = serde_json::to_vec(&event).unwrap_or_default();
        let delivery = Delivery { event: event.id, body: body.into(), received_at: self.clock.now() };
        if self.store.receive(delivery).await? == kakaopay_ledger::Receipt::New {
            swept.missed += 1;
            self.bells.work.notify_one();
        }
        Ok(())
    }
}

impl Swept {
    /// An element could not be read; or the list could not, and ends there.
    fn unread(&mut self, error: &kakaopay_transport::Error) {
        tracing::error!(%error, operation = error.operation(), "a list cannot be read whole");
        self.troubled += 1;
        self.complete &= error.kind() == ErrorKind::Decode;
    }

    /// A payment's trouble is its own; the store's is everybody's.
    fn troubled(&mut self, error: Error) -> Result<(), Error> {
        if matches!(error, Error::Store(_)) {
            return Err(error);
        }
        tracing::error!(%error, "a payment cannot be told of its charge");
        self.troubled += 1;
        Ok(())
    }
}
