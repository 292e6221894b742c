//! An operator prunes the store while the shop is in trouble, after no time or a short one.

use std::collections::BTreeSet;
use std::time::Duration;

use kakaopay::flows::Record;
use kakaopay::store::{Entry, Row, RowKind, Store};
use kakaopay::types::Reference;
use kakaopay::{PruneTerm, flows, prune};

use crate::actions::call;
use crate::books::Pages;
use crate::moves::{Millis, ProcessId};
use crate::process::Surroundings;
use crate::service::RETURN_URI;
use crate::store::{FaultyStore, ready};
use crate::world::World;

/// Prunes what nothing has happened to for so long.
pub(crate) fn old(world: &World, older_than: Millis, process: ProcessId) {
    let (store, books) = (world.around.store.clone(), world.around.books.clone());
    let term = PruneTerm::of_any_length(Duration::from_millis(older_than.unsigned_abs()));
    call(world, process, async move |_| {
        let before = keys(&store);
        let pruned = prune(&store, term, None).await;
        let after = keys(&store);
        let mut pages = books.pages();
        pages.tell(format_args!("pruned: {pruned:?}"));
        if let Ok(report) = pruned {
            pages.pruned += report.payments;
        }
        pages.pruned_keys.extend(before.difference(&after).cloned());
    });
}

fn keys(store: &FaultyStore) -> BTreeSet<String> {
    let rows = ready(store.inner().rows(RowKind::Message, 0, usize::MAX));
    let key = |(_, row)| match row {
        Row::Message(stored) => Some(stored.message.key),
        _ => None,
    };
    rows.into_iter().filter_map(key).collect()
}

/// I3: a notification that was delivered and removed is not stored again.
pub(crate) fn nothing_comes_again(around: &Surroundings) {
    let stored = keys(&around.store);
    let mut pages = around.books.pages();
    if let Some(key) = pages.pruned_keys.intersection(&stored).next().cloned() {
        pages.violate("I3", format_args!("{key} was removed after its delivery, and is stored again"));
    }
}

/// A journal that does not begin with the first entry begins with one that stands for all before it, and does not name
/// the buyer's page.
pub(crate) fn check_journal(pages: &mut Pages, name: &Reference, entries: &[Entry]) {
    let Some(first) = entries.first().filter(|first| first.seq.get() > 1) else { return };
    let decoded = flows::JournalEntry::from_bytes(first.seq.get(), &first.bytes);
    let is_pruned = decoded.is_ok_and(|entry| matches!(entry.records.as_slice(), [Record::Pruned(_)]));
    if !is_pruned || String::from_utf8_lossy(&first.bytes).contains(RETURN_URI) {
        pages.violate("I7", format_args!("the pruned journal of {name} begins with {first:?}"));
    }
}

/// Whether a journal was pruned.
pub(crate) fn is_pruned(entries: &[Entry]) -> bool {
    entries.first().is_some_and(|first| first.seq.get() > 1)
}
