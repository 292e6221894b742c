//! Reconciliation: compares the store with the API's recent charges and events, because webhooks
//! can be lost, and so can stores.

use futures_util::{StreamExt, pin_mut};
use kakaopay_flows::{Evidence, Input};
use kakaopay_store::{InsertOutcome, NewInboxEvent, Store, StoreError, StoreErrorKind};
use kakaopay_transport::ErrorKind;
use kakaopay_types::endpoint::{ListCharges, ListEvents, ListParams};
use kakaopay_types::{Charge, Event, SortOrder, StoreId, Timestamp};

use crate::driver::Engine;
use crate::error::Error;
use crate::merchant::Merchant;

/// Result of one reconciliation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReconcileReport {
    /// Events read.
    pub events: u64,
    /// Events whose webhook had not arrived.
    pub missed_events: u64,
    /// Charges read that name an order of this store.
    pub charges: u64,
    /// Payments updated from their charge.
    pub payments_updated: u64,
    /// Orphaned charges: they name this store and an order that it does not have, because it lost data or a second
    /// copy of it is in use. Each is notified once.
    pub orphaned_charges: u64,
    /// Objects that could not be read, or not be applied to their payment.
    pub failures: u64,
    /// Whether all pages were read.
    pub complete: bool,
}

impl<S: Store> Merchant<S> {
    /// Reconciles with every event and charge that the API has created since `since`, by the API's
    /// clock. [`Merchant::run`] does so every hour and every day.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails. Objects that cannot be read are counted instead.
    pub async fn reconcile(&self, since: Timestamp) -> Result<ReconcileReport, Error> {
        // Boxed so that the caller's future stays small.
        Box::pin(self.engine.reconcile(since, &|| false)).await
    }
}

impl<S: Store> Engine<S> {
    pub(crate) async fn reconcile(
        &self,
        since: Timestamp,
        is_stopping: &(dyn Fn() -> bool + Sync),
    ) -> Result<ReconcileReport, Error> {
        let store = self.ready().await?;
        let page = || ListParams::new().from(since).order(SortOrder::Chronological);
        let mut report = ReconcileReport { complete: true, ..ReconcileReport::default() };
        // Charges first: once they are applied, most events have nothing to add.
        let charges = self.clients.secret.paginate(ListCharges::new().page(page()));
        pin_mut!(charges);
        while let Some(charge) = charges.next().await {
            match charge {
                _ if is_stopping() => return Ok(ReconcileReport { complete: false, ..report }),
                Ok(charge) => self.reconcile_charge(charge, &store, &mut report).await?,
                Err(error) => report.read_failed(&error),
            }
        }
        let events = self.clients.secret.paginate(ListEvents::new().page(page()));
        pin_mut!(events);
        while let Some(event) = events.next().await {
            match event {
                _ if is_stopping() => return Ok(ReconcileReport { complete: false, ..report }),
                Ok(event) => self.reconcile_event(event, &store, &mut report).await?,
                Err(error) => report.read_failed(&error),
            }
        }
        Ok(report)
    }

    /// Applies a charge to its payment.
    async fn reconcile_charge(
        &self,
        charge: Charge,
        store: &StoreId,
        report: &mut ReconcileReport,
    ) -> Result<(), Error> {
        let reference = match self.store.find_by_charge(&charge.id).await {
            Err(error) => return report.payment_failed(error.into()),
            Ok(Some(reference)) => reference,
            Ok(None) => {
                match charge.metadata.attempt().filter(|_| charge.metadata.store().as_ref() == Some(store)) {
                    Some(attempt) => attempt.order().clone(),
                    None => return Ok(()),
                }
            }
        };
        report.charges += 1;
        let read = Input::Evidence(Evidence::Read(Box::new(charge)));
        let driven = match self.apply_input(&reference, &read).await {
            Ok(applied) => self.drive(applied).await,
            Err(error) => Err(error),
        };
        match driven {
            Ok(driven) => report.payments_updated += u64::from(driven.changed),
            Err(Error::NotFound(_)) => {
                report.orphaned_charges += 1;
                if let Input::Evidence(Evidence::Read(charge)) = &read {
                    self.record_orphan(&reference, charge).await?;
                }
            }
            Err(error) => return report.payment_failed(error),
        }
        Ok(())
    }

    /// Inserts an event into the inbox, unless its webhook has arrived.
    async fn reconcile_event(
        &self,
        event: Event,
        store: &StoreId,
        report: &mut ReconcileReport,
    ) -> Result<(), Error> {
        report.events += 1;
        let Some(charge) = event.charge_id() else { return Ok(()) };
        if event.store().as_ref() != Some(store) && self.store.find_by_charge(&charge).await?.is_none() {
            return Ok(());
        }
        // An event is plain data with text keys, so its JSON serialization cannot fail.
        let body = serde_json::to_vec(&event).unwrap_or_default();
        let delivery = NewInboxEvent::new(event.id, body);
        if self.store.insert_event(delivery).await? == InsertOutcome::Inserted {
            report.missed_events += 1;
        }
        Ok(())
    }
}

impl ReconcileReport {
    /// Counts a read error. That of an element leaves the list readable; any other ends it.
    fn read_failed(&mut self, error: &kakaopay_transport::Error) {
        tracing::error!(%error, operation = error.operation(), "failed to read all pages");
        self.failures += 1;
        self.complete &= error.kind() == ErrorKind::Element;
    }

    /// Counts the error of one payment. An error of the whole store affects all payments and is returned.
    fn payment_failed(&mut self, error: Error) -> Result<(), Error> {
        if let Error::Store(store) = &error
            && !is_of_one_payment(store)
        {
            return Err(error);
        }
        tracing::error!(%error, "failed to apply a charge to its payment");
        self.failures += 1;
        Ok(())
    }
}

/// Whether an error of the store is about the data of one payment, so that others can be read and written.
fn is_of_one_payment(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::ChargeConflict)
}
