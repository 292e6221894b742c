//! A payment as the store has it.

use kakaopay_flows::{Payment, ReplayError};
use kakaopay_ledger::{Entry, Loaded, Store};
use kakaopay_types::Reference;

use crate::engine::Engine;
use crate::error::Error;

/// After how many entries a payment is stored as a whole. Most end before that, and are replayed from
/// their first entry in microseconds.
pub(crate) const SNAPSHOT_EVERY: u64 = 16;

impl<S: Store> Engine<S> {
    /// The payment with a reference. One of the other mode is nobody's to see or move here.
    pub(crate) async fn load(&self, reference: &Reference) -> Result<Option<Payment>, Error> {
        let loaded = self.store.load(reference).await?;
        let payment = match restored(reference, &loaded) {
            Some(payment) => Some(payment),
            None if loaded.snapshot.is_none() => replayed(reference, &loaded.entries)?,
            // What it was made from is all there.
            None => {
                tracing::warn!(
                    reference = reference.as_str(),
                    "a snapshot is not known to this version; the payment is read from its first entry",
                );
                replayed(reference, &self.store.journal(reference).await?)?
            }
        };
        match payment {
            Some(payment) if payment.intent().mode != self.mode => {
                Err(Error::OtherMode { reference: reference.clone(), mode: payment.intent().mode })
            }
            payment => Ok(payment),
        }
    }
}

/// The payment from its snapshot, unless that is missing, or another version wrote it, or it is not what the
/// store says it is.
fn restored(reference: &Reference, loaded: &Loaded) -> Option<Payment> {
    let snapshot = loaded.snapshot.as_ref()?;
    let payment = Payment::restore(&snapshot.bytes, pairs(&loaded.entries)).ok()?;
    let last = loaded.entries.last().map_or(snapshot.seq, |entry| entry.seq);
    let is_it = payment.intent().reference == *reference && payment.seq() == last.get();
    is_it.then_some(payment)
}

fn replayed(reference: &Reference, entries: &[Entry]) -> Result<Option<Payment>, Error> {
    let failed = |source: ReplayError| Error::Journal { reference: reference.clone(), source };
    Payment::replay(pairs(entries)).map_err(failed)
}

fn pairs(entries: &[Entry]) -> impl Iterator<Item = (u64, &[u8])> {
    entries.iter().map(|entry| (entry.seq.get(), &*entry.bytes))
}
