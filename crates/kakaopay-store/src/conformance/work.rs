//! Pending work: claimed, completed, counted.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use super::make::{at, delivery, event, lease, message, reference, step};
use crate::commit::{Commit, DeadlineChange, Seq};
use crate::store::Store;
use crate::work::{Backlog, ClaimRequest, QueueStats};

/// Pending work is counted until it is completed, claimed or not, with the time of the oldest.
pub async fn what_waits_is_counted<S: Store>(store: S) {
    let waiting = |count, oldest: i64| QueueStats { count, oldest: Some(at(oldest)) };
    let backlog = async || store.backlog().await.expect("read");
    assert_eq!(backlog().await, Backlog::default());
    for (name, seconds, deadline) in [("a", 7, 30), ("b", 5, 40)] {
        let notifying = Commit {
            at: at(seconds),
            deadline: DeadlineChange::Set(at(deadline)),
            messages: vec![message(name)],
            ..step(name, 0, "x")
        };
        store.commit(notifying).await.expect("stored");
        store.insert_event(delivery(name, seconds, "x")).await.expect("stored");
    }
    let all = Backlog { deadlines: waiting(2, 30), inbox: waiting(2, 5), outbox: waiting(2, 5) };
    assert_eq!(backlog().await, all);
    store.claim_events(lease(10, 20)).await.expect("claimed");
    for message in store.claim_messages(lease(10, 20)).await.expect("claimed") {
        if message.key == "b" {
            store.complete_message("b", message.claim).await.expect("completed");
            store.complete_message("b", message.claim).await.expect("and again");
        }
    }
    store.complete_event(&event("b")).await.expect("finished");
    let clear = Commit { deadline: DeadlineChange::Clear, ..step("a", 1, "y") };
    store.commit(clear).await.expect("stored");
    let rest = Backlog { deadlines: waiting(1, 40), inbox: waiting(1, 7), outbox: waiting(1, 7) };
    assert_eq!(backlog().await, rest);
}

/// A claimed row cannot be claimed until the lease ends; oldest first; at most the limit.
pub async fn a_claimed_webhook_comes_back_when_the_lease_ends<S: Store>(store: S) {
    for (name, received_at) in [("2", 1), ("1", 1), ("3", 2)] {
        store.insert_event(delivery(name, received_at, name)).await.expect("stored");
    }
    let names = |events: Vec<crate::InboxEvent>| -> Vec<_> {
        events.into_iter().map(|found| found.event.to_string()).collect()
    };
    assert!(store.claim_events(lease(0, 9)).await.expect("claimed").is_empty());
    let two = ClaimRequest { limit: 2, ..lease(2, 10) };
    assert_eq!(names(store.claim_events(two).await.expect("claimed")), ["evnt_test_2", "evnt_test_1"]);
    assert_eq!(names(store.claim_events(lease(3, 20)).await.expect("claimed")), ["evnt_test_3"]);
    assert!(store.claim_events(lease(9, 20)).await.expect("claimed").is_empty());
    store.complete_event(&event("2")).await.expect("finished");
    assert_eq!(names(store.claim_events(lease(10, 20)).await.expect("claimed")), ["evnt_test_1"]);
}

/// Due payments are claimed from their deadline on, earliest first, and once.
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
    // The process that claimed them is gone: they come back.
    let due = store.claim_due(ClaimRequest { limit: 1, ..lease(50, 90) }).await.expect("claimed");
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
    assert_eq!(store.next_due_at().await.expect("read"), Some(at(30)));
    let clear = Commit { deadline: DeadlineChange::Clear, ..Commit::new(reference("a"), Seq::new(2), at(7)) };
    store.commit(clear).await.expect("stored");
    assert!(store.claim_due(lease(99, 100)).await.expect("claimed").is_empty());
}

/// The next wake-up is the earliest of deadlines, events and messages.
pub async fn the_next_wake_is_the_earliest_of_all<S: Store>(store: S) {
    assert_eq!(store.next_due_at().await.expect("read"), None);
    let deadline = DeadlineChange::Set(at(30));
    store.commit(Commit { deadline, ..step("a", 0, "x") }).await.expect("stored");
    assert_eq!(store.next_due_at().await.expect("read"), Some(at(30)));
    store.insert_event(delivery("1", 20, "x")).await.expect("stored");
    assert_eq!(store.next_due_at().await.expect("read"), Some(at(20)));
    store.claim_events(lease(20, 60)).await.expect("claimed");
    assert_eq!(store.next_due_at().await.expect("read"), Some(at(30)));
    store.complete_event(&event("1")).await.expect("finished");
    store.commit(Commit { messages: vec![message("a/1")], ..step("a", 1, "y") }).await.expect("stored");
    assert!(store.next_due_at().await.expect("read").is_some_and(|wake| wake <= at(0)));
}
