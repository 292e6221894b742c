//! The suite that holds every store to the contract of [`Store`].
//!
//! Expand [`conformance_tests!`](crate::conformance_tests) with an expression that makes an empty
//! store; it may be `async`. The tests run on tokio, which the expanding crate depends on.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use std::sync::Arc;

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::commit::{Commit, DeadlineChange, Entry, Loaded, Message, Seq};
use crate::error::StoreErrorKind;
use crate::store::Store;
use crate::work::{Backlog, Delivery, Lease, Receipt, Waiting};

/// Expands to one test for each promise of [`Store`], each with an empty store of its own.
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr) => {
        $crate::conformance_tests!(@each $make;
            entries_come_back_in_order,
            a_snapshot_stands_for_the_entries_before,
            payments_are_listed_page_by_page,
            what_waits_is_counted,
            i10_a_conflict_leaves_nothing_behind,
            a_charge_belongs_to_one_payment,
            f01_a_webhook_is_stored_once,
            a_claimed_webhook_comes_back_when_the_lease_ends,
            deadlines_come_earliest_first_and_once,
            a_deadline_is_replaced_and_cleared,
            i3_a_message_is_known_by_its_key_for_ever,
            f40_a_zombie_cannot_complete,
            the_next_wake_is_the_earliest_of_all,
            bodies_of_any_size_are_kept,
            one_of_many_writers_wins_each_place,
            steps_of_many_payments_are_all_stored,
        );
    };
    (@each $make:expr; $($name:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            $crate::conformance::$name($make).await;
        }
    )*};
}

fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

fn event(name: &str) -> EventId {
    EventId::parse(&format!("evnt_test_{name}")).expect("an event")
}

fn charge(name: &str) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{name}")).expect("a charge")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)
}

fn lease(now: i64, until: i64) -> Lease {
    Lease { now: at(now), until: at(until), limit: 10 }
}

fn step(name: &str, expected: u64, entry: &str) -> Commit {
    Commit { entry: Some(entry.as_bytes().into()), ..Commit::new(reference(name), Seq::new(expected), at(7)) }
}

fn message(key: &str) -> Message {
    Message { key: key.to_owned(), body: key.as_bytes().into() }
}

fn delivery(name: &str, received_at: i64, body: &str) -> Delivery {
    Delivery { event: event(name), body: body.as_bytes().into(), received_at: at(received_at) }
}

/// Entries come back in the order they were stored, each payment's own.
pub async fn entries_come_back_in_order<S: Store>(store: S) {
    assert!(store.journal(&reference("a")).await.expect("read").is_empty());
    assert_eq!(store.commit(step("a", 0, "one")).await.expect("stored"), Seq::new(1));
    assert_eq!(store.commit(step("b", 0, "other")).await.expect("stored"), Seq::new(1));
    assert_eq!(store.commit(step("a", 1, "two")).await.expect("stored"), Seq::new(2));
    // A step without an entry does not move the journal.
    let quiet = Commit::new(reference("a"), Seq::new(2), at(7));
    assert_eq!(store.commit(quiet).await.expect("stored"), Seq::new(2));
    let journal = store.journal(&reference("a")).await.expect("read");
    let found: Vec<_> = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes)).collect();
    assert_eq!(found, [(1, &b"one"[..]), (2, b"two")]);
}

/// A snapshot is kept with the entry it was taken at, and the whole journal beside it.
pub async fn a_snapshot_stands_for_the_entries_before<S: Store>(store: S) {
    let a = reference("a");
    let load = async || store.load(&a).await.expect("read");
    let entry = |seq, bytes: &str| Entry { seq: Seq::new(seq), bytes: bytes.as_bytes().into() };
    let taken = |expected, bytes: &str, snapshot: &str| Commit {
        snapshot: Some(snapshot.as_bytes().into()),
        ..step("a", expected, bytes)
    };
    assert_eq!(load().await, Loaded::default());
    // There is nothing to take one of yet.
    let empty = Commit { entry: None, ..taken(0, "", "of nothing") };
    assert_eq!(store.commit(empty).await.expect("stored"), Seq::ZERO);
    assert_eq!(load().await, Loaded::default());
    store.commit(step("a", 0, "one")).await.expect("stored");
    assert_eq!(load().await, Loaded { snapshot: None, entries: vec![entry(1, "one")] });
    store.commit(taken(1, "two", "of two")).await.expect("stored");
    assert_eq!(load().await, Loaded { snapshot: Some(entry(2, "of two")), entries: Vec::new() });
    store.commit(step("a", 2, "three")).await.expect("stored");
    store.commit(step("a", 3, "four")).await.expect("stored");
    let entries = vec![entry(3, "three"), entry(4, "four")];
    assert_eq!(load().await, Loaded { snapshot: Some(entry(2, "of two")), entries: entries.clone() });
    // One that is refused with its step leaves the other.
    store.commit(taken(3, "stale", "stale")).await.expect_err("a conflict");
    assert_eq!(load().await, Loaded { snapshot: Some(entry(2, "of two")), entries });
    // Without an entry of its own it speaks of the last.
    store.commit(Commit { entry: None, ..taken(4, "", "of four") }).await.expect("stored");
    assert_eq!(load().await, Loaded { snapshot: Some(entry(4, "of four")), entries: Vec::new() });
    assert_eq!(store.journal(&a).await.expect("read").len(), 4);
    assert_eq!(store.load(&reference("b")).await.expect("read"), Loaded::default());
}

/// Every payment is listed once, in the order of the bytes of its reference.
pub async fn payments_are_listed_page_by_page<S: Store>(store: S) {
    let page = async |after: Option<&str>, limit| {
        let after = after.map(reference);
        let found = store.payments(after.as_ref(), limit).await.expect("read");
        found.iter().map(Reference::to_string).collect::<Vec<_>>()
    };
    assert!(page(None, 10).await.is_empty());
    for name in ["b", "a-2", "B", "a_1", "a", "10", "9"] {
        store.commit(step(name, 0, "x")).await.expect("stored");
    }
    store.commit(step("a", 1, "y")).await.expect("stored");
    assert_eq!(page(None, 4).await, ["10", "9", "B", "a"]);
    assert_eq!(page(Some("a"), 4).await, ["a-2", "a_1", "b"]);
    // After one that there is not.
    assert_eq!(page(Some("C"), 1).await, ["a"]);
    assert!(page(Some("b"), 4).await.is_empty());
    assert!(page(None, 0).await.is_empty());
}

/// What waits is counted until it is done, claimed or not, with the time of the oldest.
pub async fn what_waits_is_counted<S: Store>(store: S) {
    let waiting = |count, oldest: i64| Waiting { count, oldest: Some(at(oldest)) };
    let backlog = async || store.backlog().await.expect("read");
    assert_eq!(backlog().await, Backlog::default());
    for (name, seconds, deadline) in [("a", 7, 30), ("b", 5, 40)] {
        let telling = Commit {
            at: at(seconds),
            deadline: DeadlineChange::Set(at(deadline)),
            messages: vec![message(name)],
            ..step(name, 0, "x")
        };
        store.commit(telling).await.expect("stored");
        store.receive(delivery(name, seconds, "x")).await.expect("stored");
    }
    let all = Backlog { deadlines: waiting(2, 30), inbox: waiting(2, 5), outbox: waiting(2, 5) };
    assert_eq!(backlog().await, all);
    store.claim_events(lease(10, 20)).await.expect("claimed");
    for message in store.claim_messages(lease(10, 20)).await.expect("claimed") {
        if message.key == "b" {
            store.complete("b", message.claim).await.expect("completed");
            store.complete("b", message.claim).await.expect("and again");
        }
    }
    store.finish_event(&event("b")).await.expect("finished");
    let clear = Commit { deadline: DeadlineChange::Clear, ..step("a", 1, "y") };
    store.commit(clear).await.expect("stored");
    let rest = Backlog { deadlines: waiting(1, 40), inbox: waiting(1, 7), outbox: waiting(1, 7) };
    assert_eq!(backlog().await, rest);
}

/// A step on top of another entry than the last stores nothing of itself.
pub async fn i10_a_conflict_leaves_nothing_behind<S: Store>(store: S) {
    store.commit(step("a", 0, "one")).await.expect("stored");
    for expected in [0, 2] {
        let stale = Commit {
            deadline: DeadlineChange::Set(at(1)),
            messages: vec![message("a/settled")],
            charge: Some(charge("1")),
            ..step("a", expected, "stale")
        };
        let error = store.commit(stale).await.expect_err("a conflict");
        let kind = StoreErrorKind::Conflict { expected: Seq::new(expected), found: Seq::new(1) };
        assert_eq!(error.kind(), kind);
    }
    assert_eq!(store.journal(&reference("a")).await.expect("read").len(), 1);
    assert_eq!(store.next_wake().await.expect("read"), None);
    assert_eq!(store.reference_of(&charge("1")).await.expect("read"), None);
}

/// A charge leads to its payment, and cannot become another's.
pub async fn a_charge_belongs_to_one_payment<S: Store>(store: S) {
    let with_charge = |name, expected| Commit { charge: Some(charge("1")), ..step(name, expected, "x") };
    store.commit(with_charge("a", 0)).await.expect("stored");
    store.commit(with_charge("a", 1)).await.expect("its own");
    let error = store.commit(with_charge("b", 0)).await.expect_err("another's");
    assert_eq!(error.kind(), StoreErrorKind::ChargeTaken);
    assert!(store.journal(&reference("b")).await.expect("read").is_empty());
    assert_eq!(store.reference_of(&charge("1")).await.expect("read"), Some(reference("a")));
    assert_eq!(store.reference_of(&charge("2")).await.expect("read"), None);
}

/// A webhook that comes again is no new one, at once or much later, and 64 times at once.
pub async fn f01_a_webhook_is_stored_once<S: Store>(store: S) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.receive(delivery("1", 5, "first")).await.expect("stored") })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += usize::from(task.await.expect("no panic") == Receipt::New);
    }
    assert_eq!(new, 1);
    assert_eq!(store.claim_events(lease(5, 9)).await.expect("claimed").len(), 1);
    store.finish_event(&event("1")).await.expect("finished");
    store.finish_event(&event("1")).await.expect("and again");
    let receipt = store.receive(delivery("1", 50, "second")).await.expect("stored");
    assert_eq!(receipt, Receipt::Duplicate);
    assert!(store.claim_events(lease(100, 200)).await.expect("claimed").is_empty());
}

/// What is claimed is seen by nobody until the lease ends; oldest first; no more than asked for.
pub async fn a_claimed_webhook_comes_back_when_the_lease_ends<S: Store>(store: S) {
    for (name, received_at) in [("2", 1), ("1", 1), ("3", 2)] {
        store.receive(delivery(name, received_at, name)).await.expect("stored");
    }
    let names = |events: Vec<crate::InboxEvent>| -> Vec<_> {
        events.into_iter().map(|found| found.event.to_string()).collect()
    };
    assert!(store.claim_events(lease(0, 9)).await.expect("claimed").is_empty());
    let two = Lease { limit: 2, ..lease(2, 10) };
    assert_eq!(names(store.claim_events(two).await.expect("claimed")), ["evnt_test_2", "evnt_test_1"]);
    assert_eq!(names(store.claim_events(lease(3, 20)).await.expect("claimed")), ["evnt_test_3"]);
    assert!(store.claim_events(lease(9, 20)).await.expect("claimed").is_empty());
    store.finish_event(&event("2")).await.expect("finished");
    assert_eq!(names(store.claim_events(lease(10, 20)).await.expect("claimed")), ["evnt_test_1"]);
}

/// Deadlines come when they are due, earliest first, and to one who asks.
pub async fn deadlines_come_earliest_first_and_once<S: Store>(store: S) {
    for (name, seconds) in [("late", 30), ("b", 10), ("a", 20)] {
        let deadline = DeadlineChange::Set(at(seconds));
        store.commit(Commit { deadline, ..step(name, 0, "x") }).await.expect("stored");
    }
    assert!(store.claim_due(lease(9, 50)).await.expect("claimed").is_empty());
    let due = store.claim_due(lease(20, 50)).await.expect("claimed");
    let found: Vec<_> = due.iter().map(|due| (due.reference.as_str(), due.at)).collect();
    assert_eq!(found, [("b", at(10)), ("a", at(20))]);
    assert!(store.claim_due(lease(20, 50)).await.expect("claimed").is_empty());
    // Whoever claimed them is gone: they come back.
    let due = store.claim_due(Lease { limit: 1, ..lease(50, 90) }).await.expect("claimed");
    assert_eq!(due[0].reference, reference("late"));
    assert_eq!(store.claim_due(lease(50, 90)).await.expect("claimed").len(), 2);
}

/// A payment has one deadline: the last one set.
pub async fn a_deadline_is_replaced_and_cleared<S: Store>(store: S) {
    let set = |expected, seconds| Commit {
        deadline: DeadlineChange::Set(at(seconds)),
        ..Commit::new(reference("a"), Seq::new(expected), at(7))
    };
    store.commit(step("a", 0, "x")).await.expect("stored");
    store.commit(set(1, 10)).await.expect("stored");
    store.commit(set(1, 30)).await.expect("stored");
    assert!(store.claim_due(lease(29, 50)).await.expect("claimed").is_empty());
    store.commit(step("a", 1, "y")).await.expect("stored");
    assert_eq!(store.next_wake().await.expect("read"), Some(at(30)));
    let clear = Commit { deadline: DeadlineChange::Clear, ..Commit::new(reference("a"), Seq::new(2), at(7)) };
    store.commit(clear).await.expect("stored");
    assert!(store.claim_due(lease(99, 100)).await.expect("claimed").is_empty());
}

/// A message whose key was stored once is never stored again, told or not.
pub async fn i3_a_message_is_known_by_its_key_for_ever<S: Store>(store: S) {
    let telling = |expected, keys: &[&str]| Commit {
        messages: keys.iter().map(|key| message(key)).collect(),
        ..step("a", expected, "x")
    };
    store.commit(telling(0, &["a/1", "a/2"])).await.expect("stored");
    store.commit(telling(1, &["a/2", "a/3"])).await.expect("stored");
    let claimed = store.claim_messages(lease(1, 10)).await.expect("claimed");
    let keys: Vec<_> = claimed.iter().map(|message| message.key.as_str()).collect();
    assert_eq!(keys, ["a/1", "a/2", "a/3"]);
    assert!(claimed.iter().all(|message| message.reference == reference("a")));
    for message in &claimed {
        store.complete(&message.key, message.claim).await.expect("completed");
    }
    store.commit(telling(2, &["a/1"])).await.expect("stored");
    assert!(store.claim_messages(lease(99, 100)).await.expect("claimed").is_empty());
}

/// Whoever comes back after their lease has passed on cannot complete.
pub async fn f40_a_zombie_cannot_complete<S: Store>(store: S) {
    store.commit(Commit { messages: vec![message("a/1")], ..step("a", 0, "x") }).await.expect("stored");
    let zombie = store.claim_messages(lease(1, 10)).await.expect("claimed").remove(0);
    assert!(store.claim_messages(lease(9, 20)).await.expect("claimed").is_empty());
    let heir = store.claim_messages(lease(10, 20)).await.expect("claimed").remove(0);
    let error = store.complete("a/1", zombie.claim).await.expect_err("a zombie");
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    store.complete("a/1", heir.claim).await.expect("the heir's");
    let error = store.complete("a/2", heir.claim).await.expect_err("never claimed");
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
}

/// The next wake is the earliest of deadlines, webhooks and messages.
pub async fn the_next_wake_is_the_earliest_of_all<S: Store>(store: S) {
    assert_eq!(store.next_wake().await.expect("read"), None);
    let deadline = DeadlineChange::Set(at(30));
    store.commit(Commit { deadline, ..step("a", 0, "x") }).await.expect("stored");
    assert_eq!(store.next_wake().await.expect("read"), Some(at(30)));
    store.receive(delivery("1", 20, "x")).await.expect("stored");
    assert_eq!(store.next_wake().await.expect("read"), Some(at(20)));
    store.claim_events(lease(20, 60)).await.expect("claimed");
    assert_eq!(store.next_wake().await.expect("read"), Some(at(30)));
    store.finish_event(&event("1")).await.expect("finished");
    store.commit(Commit { messages: vec![message("a/1")], ..step("a", 1, "y") }).await.expect("stored");
    assert!(store.next_wake().await.expect("read").is_some_and(|wake| wake <= at(0)));
}

/// Bodies are kept as they are, from none at all to more than any webhook.
pub async fn bodies_of_any_size_are_kept<S: Store>(store: S) {
    for (name, size) in [("empty", 0), ("one", 1), ("large", 300_000)] {
        let body: Box<[u8]> = (0..size).map(|index: u32| index.to_le_bytes()[0]).collect();
        let commit = Commit { entry: Some(body.clone()), ..Commit::new(reference(name), Seq::ZERO, at(7)) };
        store.commit(commit).await.expect("stored");
        assert_eq!(store.journal(&reference(name)).await.expect("read")[0].bytes, body);
    }
}

/// Of many writers to one payment each place goes to one, and the others are told.
pub async fn one_of_many_writers_wins_each_place<S: Store>(store: S) {
    let store = Arc::new(store);
    for place in 0..5 {
        let tasks: Vec<_> = (0..16)
            .map(|writer| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.commit(step("a", place, &writer.to_string())).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(seq) => {
                    assert_eq!(seq, Seq::new(place + 1));
                    won += 1;
                }
                Err(error) => assert!(error.is_conflict(), "{error}"),
            }
        }
        assert_eq!(won, 1);
    }
    assert_eq!(store.journal(&reference("a")).await.expect("read").len(), 5);
}

/// Steps of many payments at once are all stored.
pub async fn steps_of_many_payments_are_all_stored<S: Store>(store: S) {
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = format!("order-{number}");
                store.commit(step(&name, 0, &name)).await.expect("stored");
                store.commit(step(&name, 1, "more")).await.expect("stored");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    for number in 0..100 {
        let name = format!("order-{number}");
        let journal = store.journal(&reference(&name)).await.expect("read");
        assert_eq!((journal.len(), &*journal[0].bytes), (2, name.as_bytes()));
    }
}
