//! Payments whose history is replaced.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use super::make::{alert, charge, delivery, event, message, reference, seconds, step};
use super::subject::{Subject, TestClock, lease};
use crate::commit::{Commit, DeadlineChange, Entry, Seq};
use crate::copy::copy;
use crate::error::StoreErrorKind;
use crate::memory::MemoryStore;
use crate::outbox::Skip;
use crate::prune::{Prune, PruneOutcome, PrunedEvents};
use crate::row::{Row, RowKind};
use crate::store::Store;
use crate::work::{ClaimRequest, InsertOutcome};

fn prune(name: &str, expected: u64) -> Prune {
    Prune::new(reference(name), Seq::new(expected), *b"kept")
}

/// Delivers each message that can be claimed. Returns their keys.
async fn deliver(store: &impl Store) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let claimed = store.claim_messages(ClaimRequest::new(seconds(30), 9)).await.expect("claimed");
        if claimed.is_empty() {
            return keys;
        }
        for message in claimed {
            store.complete_message(&message.key, message.claim).await.expect("stored");
            keys.push(message.key);
        }
    }
}

/// Stores a payment of three entries with a snapshot, two charges and delivered messages.
async fn fill(store: &impl Store, name: &str) {
    let key = |end: &str| format!("{name}/{end}");
    let charge_of = |number: u32| charge(&format!("{}{number}", name.replace('-', "")));
    let first = step(name, 0, "one").charge(charge_of(1));
    store.commit(first.messages(vec![message(&key("paid")), alert(&key("alert"))])).await.expect("stored");
    store.commit(Commit { snapshot: Some((*b"both").into()), ..step(name, 1, "two") }).await.expect("stored");
    let third = step(name, 2, "three").charge(charge_of(2));
    store.commit(third.messages(vec![message(&key("skipped"))])).await.expect("stored");
    let skip = Skip::new("Mina", "by hand");
    let _ = store.skip_message(&key("skipped"), skip).await.expect("stored");
    deliver(store).await;
}

async fn keys(store: &impl Store) -> Vec<String> {
    let rows = store.rows(RowKind::Message, 0, 99).await.expect("read").into_iter();
    let key = |(_, row)| match row {
        Row::Message(stored) => Some(stored.message.key),
        _ => None,
    };
    rows.filter_map(key).collect()
}

/// One entry stands for all before it; charges and sequence numbers go on, and no other payment is touched.
pub async fn f51_a_pruned_payment_keeps_one_entry_and_its_charges<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    let store = subject.at(1_000).await;
    // One whose reference is the beginning of another, and the other way round.
    for name in ["or", "order", "order-1"] {
        fill(store, name).await;
    }
    assert_eq!(store.prune(prune("order", 3)).await.expect("pruned"), PruneOutcome::Pruned);
    let kept = vec![Entry::new(Seq::new(4), *b"kept")];
    assert_eq!(store.read_journal(&reference("order")).await.expect("read"), kept);
    let loaded = store.load(&reference("order")).await.expect("read");
    assert_eq!((loaded.snapshot, loaded.entries), (None, kept));
    assert_eq!(
        store.charges_of(&reference("order")).await.expect("read"),
        [charge("order1"), charge("order2")]
    );
    assert_eq!(store.find_by_charge(&charge("order2")).await.expect("read"), Some(reference("order")));
    let others =
        ["or", "order-1"].map(|name| ["paid", "alert", "skipped"].map(|end| format!("{name}/{end}")));
    assert_eq!(keys(store).await, others.concat());
    for name in ["or", "order-1"] {
        assert_eq!(store.read_journal(&reference(name)).await.expect("read").len(), 3);
        assert!(store.load(&reference(name)).await.expect("read").snapshot.is_some());
    }
    let listed = store.list_payments(None, 9).await.expect("read");
    assert_eq!(listed, ["or", "order", "order-1"].map(reference));
    // It goes on, and can be pruned again.
    let fifth = Commit { snapshot: Some((*b"five").into()), ..step("order", 4, "five") };
    store.commit(fifth.messages(vec![message("order/late")])).await.expect("stored");
    let loaded = store.load(&reference("order")).await.expect("read");
    assert_eq!((loaded.snapshot.map(|taken| taken.seq), loaded.entries.len()), (Some(Seq::new(5)), 0));
    assert_eq!(store.read_journal(&reference("order")).await.expect("read").len(), 2);
    assert_eq!(deliver(store).await, ["order/late"]);
    assert_eq!(store.prune(prune("order", 5)).await.expect("pruned"), PruneOutcome::Pruned);
    let kept = vec![Entry::new(Seq::new(6), *b"kept")];
    assert_eq!(store.read_journal(&reference("order")).await.expect("read"), kept);
    assert_eq!(keys(store).await, others.concat());
}

/// A payment that has changed, has a deadline or an undelivered message is left as it is.
pub async fn i10_only_a_quiet_payment_is_pruned<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.at(1_000).await;
    let conflict = async |name: &str, expected: u64, found: u64| {
        let error = store.prune(prune(name, expected)).await.expect_err("another entry");
        let (expected, found) = (Seq::new(expected), Seq::new(found));
        assert_eq!(error.kind(), StoreErrorKind::Conflict { expected, found });
    };
    conflict("none", 1, 0).await;
    fill(store, "a").await;
    for (expected, found) in [(0, 3), (2, 3), (4, 3)] {
        conflict("a", expected, found).await;
    }
    let waits = async |change: Commit| {
        let before = change.expected;
        let Ok(last) = store.commit(change).await else { panic!("stored") };
        let pruned = store.prune(Prune::new(reference("a"), last, *b"kept")).await.expect("asked");
        assert_eq!(pruned, PruneOutcome::Waiting, "after {before:?}");
        assert_eq!(store.read_journal(&reference("a")).await.expect("read").len() as u64, last.get());
        last.get()
    };
    let due = Commit::new(reference("a"), Seq::new(3)).deadline(DeadlineChange::In(seconds(60)));
    assert_eq!(waits(due).await, 3);
    let clear = Commit::new(reference("a"), Seq::new(3)).deadline(DeadlineChange::Clear);
    store.commit(clear).await.expect("stored");
    for (expected, sent) in [(3, message("a/ordered")), (4, alert("a/alert/2"))] {
        assert_eq!(waits(step("a", expected, "more").messages(vec![sent])).await, expected + 1);
        // Neither while it is claimed.
        let claimed = subject.claim_messages(lease(1_000, 1_030)).await.expect("claimed");
        let pruned = store.prune(prune("a", expected + 1)).await.expect("asked");
        assert_eq!((claimed.len(), pruned), (1, PruneOutcome::Waiting));
        store.complete_message(&claimed[0].key, claimed[0].claim).await.expect("stored");
    }
    assert_eq!(store.prune(prune("a", 5)).await.expect("pruned"), PruneOutcome::Pruned);
    conflict("a", 5, 6).await;
}

/// A copy has a pruned payment, also one in which something has happened since.
pub async fn f51_a_copy_has_pruned_payments<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let source = MemoryStore::new();
    for name in ["a", "b", "c"] {
        fill(&source, name).await;
    }
    for name in ["a", "b"] {
        assert_eq!(source.prune(prune(name, 3)).await.expect("pruned"), PruneOutcome::Pruned);
    }
    let since = Commit { snapshot: Some((*b"five").into()), ..step("b", 4, "five") };
    let since = since.messages(vec![message("b/late")]).deadline(DeadlineChange::In(seconds(60)));
    source.commit(since).await.expect("stored");
    let target = MemoryStore::new();
    copy(&source, &subject.store).await.expect("copied");
    copy(&subject.store, &target).await.expect("copied");
    for name in ["a", "b", "c"] {
        let name = reference(name);
        let journal = source.read_journal(&name).await.expect("read");
        assert_eq!(target.read_journal(&name).await.expect("read"), journal);
        assert_eq!(subject.store.read_journal(&name).await.expect("read"), journal);
        let snapshot = source.load(&name).await.expect("read").snapshot;
        assert_eq!(subject.store.load(&name).await.expect("read").snapshot, snapshot);
        assert_eq!(target.charges_of(&name).await.expect("read").len(), 2);
    }
    assert_eq!(keys(&target).await.len(), 4);
    let stored = target.commit(step("a", 4, "five")).await.expect("stored");
    assert_eq!(stored, Seq::new(5));
}

/// Old webhook events go, from the oldest on, and none that waits.
pub async fn f60_old_webhooks_are_removed<S: Store, C: TestClock>(subject: Subject<S, C>) {
    for (at, name) in [(0, "old"), (10, "waits"), (20, "older"), (100, "young")] {
        subject.at(at).await.insert_event(delivery(name, name)).await.expect("stored");
    }
    let store = subject.at(200).await;
    for name in ["old", "older", "young"] {
        store.complete_event(&event(name)).await.expect("stored");
    }
    let events = async || store.rows(RowKind::Event, 0, 99).await.expect("read").len();
    let pruned = async |age, after| store.prune_events(seconds(age), after, 1).await.expect("pruned");
    let all = store.prune_events(seconds(201), 0, 99).await.expect("pruned");
    assert_eq!(all, PrunedEvents::new(0, None));
    let first = pruned(150, 0).await;
    assert_eq!((first.removed, events().await), (1, 3));
    // The one that waits keeps none behind it.
    let second = pruned(150, first.next.expect("more")).await;
    assert_eq!((second.removed, events().await), (0, 3));
    let third = pruned(150, second.next.expect("more")).await;
    assert_eq!((third.removed, events().await), (1, 2));
    let fourth = store.prune_events(seconds(150), third.next.expect("more"), 9).await.expect("pruned");
    assert_eq!(fourth, PrunedEvents::new(0, None));
    // The others are still known, and the one that waits is processed.
    let stored = async |name| store.insert_event(delivery(name, name)).await.expect("stored");
    assert_eq!(
        (stored("waits").await, stored("young").await),
        (InsertOutcome::Duplicate, InsertOutcome::Duplicate)
    );
    assert_eq!(stored("old").await, InsertOutcome::Inserted);
    let claimed = subject.claim_events(lease(200, 230)).await.expect("claimed");
    assert_eq!(claimed.iter().map(|claimed| &*claimed.body).collect::<Vec<_>>(), [&b"waits"[..], b"old"]);
}
