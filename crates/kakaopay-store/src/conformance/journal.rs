//! Payments: journal, snapshot, charge.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use kakaopay_types::Reference;

use super::make::{charge, message, reference, seconds, step};
use super::subject::{Subject, TestClock};
use crate::commit::{Commit, DeadlineChange, Entry, Seq, StoredPayment};
use crate::error::StoreErrorKind;
use crate::store::Store;

/// Entries come back in the order they were stored, each payment's own.
pub async fn entries_come_back_in_order<S: Store, C: TestClock>(subject: Subject<S, C>) {
    assert!(subject.store.read_journal(&reference("a")).await.expect("read").is_empty());
    assert_eq!(subject.store.commit(step("a", 0, "one")).await.expect("stored"), Seq::new(1));
    assert_eq!(subject.store.commit(step("b", 0, "other")).await.expect("stored"), Seq::new(1));
    assert_eq!(subject.store.commit(step("a", 1, "two")).await.expect("stored"), Seq::new(2));
    // A step without an entry does not move the journal.
    let quiet = Commit::new(reference("a"), Seq::new(2));
    assert_eq!(subject.store.commit(quiet).await.expect("stored"), Seq::new(2));
    let journal = subject.store.read_journal(&reference("a")).await.expect("read");
    let found: Vec<_> = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes)).collect();
    assert_eq!(found, [(1, &b"one"[..]), (2, b"two")]);
}

/// A snapshot is kept with the entry it was taken at, and the whole journal beside it.
pub async fn a_snapshot_stands_for_the_entries_before<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let a = reference("a");
    let load = async || subject.store.load(&a).await.expect("read");
    let entry = |seq, bytes: &str| Entry { seq: Seq::new(seq), bytes: bytes.as_bytes().into() };
    let taken = |expected, bytes: &str, snapshot: &str| Commit {
        snapshot: Some(snapshot.as_bytes().into()),
        ..step("a", expected, bytes)
    };
    assert_eq!(load().await, StoredPayment::default());
    // There is nothing to take one of yet.
    let empty = Commit { entry: None, ..taken(0, "", "of nothing") };
    assert_eq!(subject.store.commit(empty).await.expect("stored"), Seq::ZERO);
    assert_eq!(load().await, StoredPayment::default());
    subject.store.commit(step("a", 0, "one")).await.expect("stored");
    assert_eq!(load().await, StoredPayment::new(None, vec![entry(1, "one")]));
    subject.store.commit(taken(1, "two", "of two")).await.expect("stored");
    assert_eq!(load().await, StoredPayment::new(Some(entry(2, "of two")), Vec::new()));
    subject.store.commit(step("a", 2, "three")).await.expect("stored");
    subject.store.commit(step("a", 3, "four")).await.expect("stored");
    let entries = vec![entry(3, "three"), entry(4, "four")];
    assert_eq!(load().await, StoredPayment::new(Some(entry(2, "of two")), entries.clone()));
    // One that is refused with its step leaves the other.
    subject.store.commit(taken(3, "stale", "stale")).await.expect_err("a conflict");
    assert_eq!(load().await, StoredPayment::new(Some(entry(2, "of two")), entries));
    // Without an entry of its own it speaks of the last.
    subject.store.commit(Commit { entry: None, ..taken(4, "", "of four") }).await.expect("stored");
    assert_eq!(load().await, StoredPayment::new(Some(entry(4, "of four")), Vec::new()));
    assert_eq!(subject.store.read_journal(&a).await.expect("read").len(), 4);
    assert_eq!(subject.store.load(&reference("b")).await.expect("read"), StoredPayment::default());
}

/// Every payment is listed once, in the order of the bytes of its reference.
pub async fn payments_are_listed_page_by_page<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let page = async |after: Option<&str>, limit| {
        let after = after.map(reference);
        let found = subject.store.list_payments(after.as_ref(), limit).await.expect("read");
        found.iter().map(Reference::to_string).collect::<Vec<_>>()
    };
    assert!(page(None, 10).await.is_empty());
    for name in ["b", "a-2", "B", "a_1", "a", "10", "9"] {
        subject.store.commit(step(name, 0, "x")).await.expect("stored");
    }
    subject.store.commit(step("a", 1, "y")).await.expect("stored");
    assert_eq!(page(None, 4).await, ["10", "9", "B", "a"]);
    assert_eq!(page(Some("a"), 4).await, ["a-2", "a_1", "b"]);
    // After one that there is not.
    assert_eq!(page(Some("C"), 1).await, ["a"]);
    assert!(page(Some("b"), 4).await.is_empty());
    assert!(page(None, 0).await.is_empty());
}

/// A commit that expects another last entry stores nothing.
pub async fn i10_a_conflict_leaves_nothing_behind<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.store.commit(step("a", 0, "one")).await.expect("stored");
    for expected in [0, 2] {
        let stale = Commit {
            deadline: DeadlineChange::In(seconds(1)),
            messages: vec![message("a/paid")],
            charge: Some(charge("1")),
            ..step("a", expected, "stale")
        };
        let error = subject.store.commit(stale).await.expect_err("a conflict");
        let kind = StoreErrorKind::Conflict { expected: Seq::new(expected), found: Seq::new(1) };
        assert_eq!(error.kind(), kind);
    }
    assert_eq!(subject.store.read_journal(&reference("a")).await.expect("read").len(), 1);
    assert_eq!(subject.next().await, None);
    assert_eq!(subject.store.find_by_charge(&charge("1")).await.expect("read"), None);
}

/// A charge leads to its payment, and cannot move to another.
pub async fn a_charge_belongs_to_one_payment<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let with_charge = |name, expected| Commit { charge: Some(charge("1")), ..step(name, expected, "x") };
    subject.store.commit(with_charge("a", 0)).await.expect("stored");
    subject.store.commit(with_charge("a", 1)).await.expect("its own");
    let error = subject.store.commit(with_charge("b", 0)).await.expect_err("another's");
    assert_eq!(error.kind(), StoreErrorKind::ChargeConflict);
    assert!(subject.store.read_journal(&reference("b")).await.expect("read").is_empty());
    assert_eq!(subject.store.find_by_charge(&charge("1")).await.expect("read"), Some(reference("a")));
    assert_eq!(subject.store.find_by_charge(&charge("2")).await.expect("read"), None);
}

/// A reference may have charges and messages before it has entries, and is no payment until then.
pub async fn f51_an_orphaned_charge_is_kept_without_a_payment<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    let store = &subject.store;
    let orphan = |number: &str, messages| Commit {
        charge: Some(charge(number)),
        messages,
        ..Commit::new(reference("a"), Seq::ZERO)
    };
    assert!(store.charges_of(&reference("a")).await.expect("read").is_empty());
    store.commit(orphan("2", vec![message("a/orphaned")])).await.expect("stored");
    store.commit(orphan("1", vec![message("a/orphaned")])).await.expect("stored");
    store.commit(step("b", 0, "x")).await.expect("stored");
    assert_eq!(store.list_payments(None, 9).await.expect("listed"), [reference("b")]);
    let charges = vec![charge("1"), charge("2")];
    let loaded = store.load(&reference("a")).await.expect("read");
    assert_eq!(loaded, StoredPayment::default().charges(charges));
    assert_eq!(store.find_by_charge(&charge("1")).await.expect("read"), Some(reference("a")));
    assert_eq!(store.charges_of(&reference("a")).await.expect("read"), [charge("1"), charge("2")]);
    assert!(store.charges_of(&reference("b")).await.expect("read").is_empty());
    assert_eq!(store.backlog().await.expect("read").outbox.count, 1);
    // It becomes a payment with its first entry.
    store.commit(step("a", 0, "x")).await.expect("stored");
    assert_eq!(store.list_payments(None, 9).await.expect("listed"), [reference("a"), reference("b")]);
    assert_eq!(store.charges_of(&reference("a")).await.expect("read").len(), 2);
    assert!(store.load(&reference("a")).await.expect("read").charges.is_empty());
}

/// Bodies are kept unchanged, from empty to larger than any webhook.
pub async fn bodies_of_any_size_are_kept<S: Store, C: TestClock>(subject: Subject<S, C>) {
    for (name, size) in [("empty", 0), ("one", 1), ("large", 300_000)] {
        let body: Box<[u8]> = (0..size).map(|index: u32| index.to_le_bytes()[0]).collect();
        let commit = Commit { entry: Some(body.clone()), ..Commit::new(reference(name), Seq::ZERO) };
        subject.store.commit(commit).await.expect("stored");
        assert_eq!(subject.store.read_journal(&reference(name)).await.expect("read")[0].bytes, body);
    }
}
