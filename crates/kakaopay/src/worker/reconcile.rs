//! Reconciliation: compares the store with the API's recent charges and events, because webhooks
//! can be lost, and so can stores.

use futures_util::{StreamExt, pin_mut};
use kakaopay_flows::{Evidence, Input};
use kakaopay_ledger::{Delivery, Receipt, Store};
use kakaopay_transport::ErrorKind;
use kakaopay_types::endpoint::{ListCharges, ListEvents, Page};
use kakaopay_types::{Charge, Event, Order, Timestamp};

use crate::driver::Engine;
use crate::error::Error;
use crate::merchant::Merchant;

/// Result of one reconciliation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// Events read.
    pub events: u64,
    /// Events whose webhook had not arrived.
    pub missed: u64,
    /// Charges read that name an order.
    pub charges: u64,
    /// Payments updated from their charge.
    pub moved: u64,
    /// Orphaned charges: they name an order that this store does not have. They belong to another
    /// store, or this store lost data.
    pub strangers: u64,
    /// Objects that could not be read, or not be applied to their payment.
    pub troubled: u64,
    /// Whether all pages were read.
    pub complete: bool,
}

impl<S: Store> Merchant<S> {
    /// Reconciles with every event and charge that the API has created since `since`, by the API's
    /// clock. [`Merchant::run`] does so every hour and every day.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails. Objects that cannot be read are counted instead.
    pub async fn sweep(&self, since: Timestamp) -> Result<Swept, Error> {
        self.engine.reconcile(since, &|| false).await
    }
}

impl<S: Store> Engine<S> {
    pub(crate) async fn reconcile(
        &self,
        since: Timestamp,
        is_stopping: &(dyn Fn() -> bool + Sync),
    ) -> Result<Swept, Error> {
        let page = || Page::new().from(since).order(Order::Chronological);
        let mut report = Swept { complete: true, ..Swept::default() };
        // Charges first: once they are applied, most events have nothing to add.
        let charges = self.clients.secret.each(ListCharges::new().page(page()));
        pin_mut!(charges);
        while let Some(charge) = charges.next().await {
            match charge {
                _ if is_stopping() => return Ok(Swept { complete: false, ..report }),
                Ok(charge) => self.reconcile_charge(charge, &mut report).await?,
                Err(error) => report.read_failed(&error),
            }
        }
        let events = self.clients.secret.each(ListEvents::new().page(page()));
        pin_mut!(events);
        while let Some(event) = events.next().await {
            match event {
                _ if is_stopping() => return Ok(Swept { complete: false, ..report }),
                Ok(event) => self.reconcile_event(event, &mut report).await?,
                Err(error) => report.read_failed(&error),
            }
        }
        Ok(report)
    }

    /// Applies a charge to its payment.
    async fn reconcile_charge(&self, charge: Charge, report: &mut Swept) -> Result<(), Error> {
        let reference = match self.store.reference_of(&charge.id).await? {
            Some(reference) => reference,
            None => match charge.metadata.attempt() {
                Some(attempt) => attempt.order().clone(),
                None => return Ok(()),
            },
        };
        report.charges += 1;
        let (id, read) = (charge.id.clone(), Input::Evidence(Evidence::Read(Box::new(charge))));
        let driven = match self.apply_input(&reference, &read).await {
            Ok(applied) => self.drive(applied).await,
            Err(error) => Err(error),
        };
        match driven {
            Ok(driven) => report.moved += u64::from(driven.changed),
            Err(Error::Unknown(_)) => {
                report.strangers += 1;
                tracing::error!(
                    reference = reference.as_str(),
                    charge = id.as_str(),
                    "orphaned charge found: its order is not in this store",
                );
            }
            Err(error) => return report.payment_failed(error),
        }
        Ok(())
    }

    /// Inserts an event into the inbox, unless its webhook has arrived.
    async fn reconcile_event(&self, event: Event, report: &mut Swept) -> Result<(), Error> {
        report.events += 1;
        let Some(charge) = event.charge_id() else { return Ok(()) };
        if event.attempt().is_none() && self.store.reference_of(&charge).await?.is_none() {
            return Ok(());
        }
        // An event is plain data with text keys, so its JSON serialization cannot fail.
        let body = serde_json::to_vec(&event).unwrap_or_default();
        let delivery = Delivery { event: event.id, body: body.into(), received_at: self.clock.now() };
        if self.store.receive(delivery).await? == Receipt::New {
            report.missed += 1;
            self.wakers.due.notify_one();
        }
        Ok(())
    }
}

impl Swept {
    /// Counts a read error. A decoding error concerns one element; any other ends the list.
    fn read_failed(&mut self, error: &kakaopay_transport::Error) {
        tracing::error!(%error, operation = error.operation(), "failed to read all pages");
        self.troubled += 1;
        self.complete &= error.kind() == ErrorKind::Decode;
    }

    /// Counts the error of one payment. A store error affects all payments and is returned.
    fn payment_failed(&mut self, error: Error) -> Result<(), Error> {
        if matches!(error, Error::Store(_)) {
            return Err(error);
        }
        tracing::error!(%error, "failed to apply a charge to its payment");
        self.troubled += 1;
        Ok(())
    }
}
