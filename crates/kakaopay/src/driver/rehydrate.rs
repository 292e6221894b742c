//! Rebuilds a payment from the store.

use kakaopay_flows::{Payment, ReplayError};
use kakaopay_store::{Entry, Setting, Store, StoreErrorKind, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};

use crate::error::Error;

/// Number of entries between two snapshots. Most payments end earlier and are replayed from their
/// first entry within microseconds.
pub(crate) const SNAPSHOT_EVERY: u64 = 16;

/// A payment as it was loaded.
pub(crate) struct Loaded {
    /// The payment, or `None` if the store has none with its reference.
    pub(crate) payment: Option<Payment>,
    /// The charges that are recorded for the reference, if there is no payment.
    pub(crate) charges: Vec<ChargeId>,
    /// Why the store is closed, if it is.
    pub(crate) closed: Option<String>,
    /// Why the store is suspect, if it is.
    pub(crate) suspect: Option<String>,
    /// The time by the store's clock.
    pub(crate) now: Timestamp,
}

/// Loads a payment.
pub(crate) async fn load(store: &impl Store, reference: &Reference) -> Result<Loaded, Error> {
    let loaded = match store.load(reference).await {
        // A snapshot only saves time: if it is damaged, the journal is complete without it.
        Err(error) if error.kind() == StoreErrorKind::Corrupt => {
            let (entries, now) = (store.read_journal(reference).await?, store.now().await?);
            tracing::warn!(reference = reference.as_str(), %error, "snapshot damaged; payment replayed from its journal");
            let closed = store.setting(Setting::Closed).await?;
            let suspect = store.setting(Setting::Suspect).await?;
            let payment = replay(reference, &entries)?;
            return Ok(Loaded { payment, charges: Vec::new(), closed, suspect, now });
        }
        loaded => loaded?,
    };
    let payment = payment(store, reference, &loaded).await?;
    let StoredPayment { charges, closed, suspect, now, .. } = loaded;
    Ok(Loaded { payment, charges, closed, suspect, now })
}

async fn payment(
    store: &impl Store,
    reference: &Reference,
    loaded: &StoredPayment,
) -> Result<Option<Payment>, Error> {
    if let Some(payment) = restore(reference, loaded) {
        return Ok(Some(payment));
    }
    if loaded.snapshot.is_none() {
        return replay(reference, &loaded.entries);
    }
    // A snapshot only saves time: the journal is complete without it.
    tracing::warn!(reference = reference.as_str(), "snapshot unusable; payment replayed from its journal");
    replay(reference, &store.read_journal(reference).await?)
}

/// Restores the payment from its snapshot. Returns `None` if there is no snapshot, another version
/// wrote it, or it does not match the reference and sequence number that the store reports.
fn restore(reference: &Reference, loaded: &StoredPayment) -> Option<Payment> {
    let snapshot = loaded.snapshot.as_ref()?;
    let payment = Payment::restore(&snapshot.bytes, pairs(&loaded.entries)).ok()?;
    let last = loaded.entries.last().map_or(snapshot.seq, |entry| entry.seq);
    let matches = payment.intent().reference == *reference && payment.seq() == last.get();
    matches.then_some(payment)
}

fn replay(reference: &Reference, entries: &[Entry]) -> Result<Option<Payment>, Error> {
    let failed = |source: ReplayError| Error::Journal { reference: reference.clone(), source };
    match Payment::replay(pairs(entries)).map_err(failed)? {
        // Not refused by the flows, which do not know which journal was asked for.
        Some(payment) if payment.intent().reference != *reference => {
            Err(failed(ReplayError::Impossible { seq: 1 }))
        }
        payment => Ok(payment),
    }
}

/// The sequence number and the bytes of each entry, as a payment is replayed from.
pub(crate) fn pairs(entries: &[Entry]) -> impl Iterator<Item = (u64, &[u8])> {
    entries.iter().map(|entry| (entry.seq.get(), &*entry.bytes))
}
