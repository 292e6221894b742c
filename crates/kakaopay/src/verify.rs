//! Checks a whole store: replays every journal, and compares what is stored beside it.

use kakaopay_flows::Payment;
use kakaopay_store::{Store, StoreError};
use kakaopay_types::{ChargeId, Reference};

use crate::driver::pairs;

/// Payments read at a time.
const PAGE: usize = 500;

/// Result of [`verify`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Payments that were read.
    pub payments: u64,
    /// Entries of their journals.
    pub entries: u64,
    /// Payments that cannot be used, in the order of their references.
    pub damaged: Vec<DamagedPayment>,
}

/// A payment whose stored data is damaged or contradicts itself. [`Merchant`](crate::Merchant) refuses it, and goes on
/// with all others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedPayment {
    /// The order reference.
    pub reference: Reference,
    /// Its problem, with the cause last.
    pub problem: String,
}

/// Replays the journal of every payment in a store, and compares its snapshot and its charges with it.
///
/// It only reads, also while the shop runs. A damaged payment does not end it: restore that payment from a backup. A
/// store of its own kind can check more, such as `SqliteStore::integrity_check`.
///
/// # Errors
/// Any error of the store that is not about a single payment.
pub async fn verify(store: &impl Store) -> Result<VerifyReport, StoreError> {
    let mut report = VerifyReport::default();
    let mut after = None;
    loop {
        let page = store.list_payments(after.as_ref(), PAGE).await?;
        for reference in &page {
            report.payments += 1;
            match payment(store, reference).await {
                Ok(entries) => report.entries += entries,
                Err(problem) => {
                    report.damaged.push(DamagedPayment { reference: reference.clone(), problem });
                }
            }
        }
        match page.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return Ok(report),
        }
    }
}

/// Checks one payment, and returns the number of its entries.
async fn payment(store: &impl Store, reference: &Reference) -> Result<u64, String> {
    let journal = store.read_journal(reference).await.map_err(|error| explained(&error))?;
    let replayed = Payment::replay(pairs(&journal)).map_err(|error| explained(&error))?;
    let Some(payment) = replayed else { return Err("it has no entries".to_owned()) };
    if payment.intent().reference != *reference {
        return Err(format!("its journal is that of {}", payment.intent().reference));
    }
    let loaded = store.load(reference).await.map_err(|error| explained(&error))?;
    if let Some(snapshot) = &loaded.snapshot {
        let restored = Payment::restore(&snapshot.bytes, pairs(&loaded.entries));
        let restored = restored.map(|restored| restored.snapshot()).map_err(|error| explained(&error))?;
        if restored != payment.snapshot() {
            return Err(format!("its snapshot of entry {} contradicts its journal", snapshot.seq.get()));
        }
    }
    if let Some(pending) = payment.state().charge() {
        bound(store, &pending.charge, reference).await?;
    }
    Ok(payment.seq())
}

/// Whether the store finds the payment by its charge.
async fn bound(store: &impl Store, charge: &ChargeId, reference: &Reference) -> Result<(), String> {
    match store.find_by_charge(charge).await.map_err(|error| explained(&error))? {
        Some(found) if found == *reference => Ok(()),
        Some(other) => Err(format!("the store has charge {charge} for payment {other}")),
        None => Err(format!("the store does not know its charge {charge}")),
    }
}

/// An error with its causes, in one line.
fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
