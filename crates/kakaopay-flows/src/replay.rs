//! Replays a payment's model from the entries of its journal.

use crate::error::ReplayError;
use crate::journal::entry::JournalEntry;
use crate::journal::record::Record;
use crate::state::model::Model;

/// Returns the model of a whole journal, or `None` if it is empty.
pub(crate) fn whole<'a>(
    journal: impl IntoIterator<Item = (u64, &'a [u8])>,
) -> Result<Option<Model>, ReplayError> {
    let mut model: Option<Model> = None;
    for (seq, bytes) in journal {
        match &mut model {
            Some(model) => follow(model, seq, bytes)?,
            None => model = Some(first(&JournalEntry::from_bytes(seq, bytes)?)?),
        }
    }
    Ok(model)
}

/// Applies the next entry.
pub(crate) fn follow(model: &mut Model, seq: u64, bytes: &[u8]) -> Result<(), ReplayError> {
    let expected = model.seq.checked_add(1).ok_or(ReplayError::Unreadable { seq: model.seq })?;
    if seq != expected {
        return Err(ReplayError::OutOfOrder { expected, found: seq });
    }
    let entry = JournalEntry::from_bytes(seq, bytes)?;
    absorb(model, &entry, &entry.records)
}

/// The first entry opens the payment, or stands for all that were pruned.
fn first(entry: &JournalEntry) -> Result<Model, ReplayError> {
    let impossible = ReplayError::Impossible { seq: entry.seq };
    let (first, rest) = entry.records.split_first().ok_or(impossible)?;
    let mut model = match first {
        Record::Opened(intent) if entry.seq == 1 => Model::opened(intent.clone().into(), entry.at),
        Record::Pruned(kept) if entry.seq > 1 => Model::pruned(kept, entry.seq).ok_or(impossible)?,
        _ if entry.seq != 1 => return Err(ReplayError::OutOfOrder { expected: 1, found: entry.seq }),
        _ => return Err(impossible),
    };
    absorb(&mut model, entry, rest)?;
    Ok(model)
}

fn absorb(model: &mut Model, entry: &JournalEntry, records: &[Record]) -> Result<(), ReplayError> {
    model.seq = entry.seq;
    for record in records {
        model.apply(record, entry.at).ok_or(ReplayError::Impossible { seq: entry.seq })?;
    }
    Ok(())
}
