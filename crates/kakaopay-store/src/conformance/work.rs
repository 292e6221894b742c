//! Pending work: claimed, completed, counted.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use super::make::{delivery, event, message, reference, seconds, step};
use super::subject::{Lease, Subject, TestClock, lease};
use crate::commit::{Commit, DeadlineChange, Seq};
use crate::store::Store;
use crate::work::{Backlog, InboxEvent, QueueStats};

/// Pending work is counted until it is completed, claimed or not, with the age of the oldest.
pub async fn what_waits_is_counted<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let waiting = |count, age| QueueStats { count, age: Some(seconds(age)) };
    let backlog = async || subject.store.backlog().await.expect("read");
    assert_eq!(backlog().await, Backlog::default());
    for (name, now, deadline) in [("b", 5, 35), ("a", 7, 23)] {
        let store = subject.at(now).await;
        let notifying = Commit {
            deadline: DeadlineChange::In(seconds(deadline)),
            messages: vec![message(name)],
            ..step(name, 0, "x")
        };
        store.commit(notifying).await.expect("stored");
        store.insert_event(delivery(name, "x")).await.expect("stored");
    }
    subject.at(10).await;
    let all = Backlog::new(waiting(2, 0), waiting(2, 5), waiting(2, 5));
    assert_eq!(backlog().await, all);
    subject.claim_events(lease(10, 20)).await.expect("claimed");
    for message in subject.claim_messages(lease(10, 20)).await.expect("claimed") {
        if message.key == "b" {
            subject.store.complete_message("b", message.claim).await.expect("completed");
            subject.store.complete_message("b", message.claim).await.expect("and again");
        }
    }
    subject.store.complete_event(&event("b")).await.expect("finished");
    let clear = Commit { deadline: DeadlineChange::Clear, ..step("a", 1, "y") };
    subject.store.commit(clear).await.expect("stored");
    subject.at(50).await;
    let rest = Backlog::new(waiting(1, 10), waiting(1, 43), waiting(1, 43));
    assert_eq!(backlog().await, rest);
}

/// A claimed row cannot be claimed until the lease ends; oldest first; at most the limit.
pub async fn a_claimed_webhook_comes_back_when_the_lease_ends<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    for (name, received_at) in [("2", 0), ("1", 0), ("3", 1)] {
        subject.at(received_at).await.insert_event(delivery(name, name)).await.expect("stored");
    }
    let names = |events: Vec<InboxEvent>| -> Vec<_> {
        events.into_iter().map(|found| found.event.to_string()).collect()
    };
    let two = Lease { limit: 2, ..lease(2, 10) };
    assert_eq!(names(subject.claim_events(two).await.expect("claimed")), ["evnt_test_2", "evnt_test_1"]);
    assert_eq!(names(subject.claim_events(lease(3, 20)).await.expect("claimed")), ["evnt_test_3"]);
    assert!(subject.claim_events(lease(9, 20)).await.expect("claimed").is_empty());
    subject.store.complete_event(&event("2")).await.expect("finished");
    assert_eq!(names(subject.claim_events(lease(10, 20)).await.expect("claimed")), ["evnt_test_1"]);
}

/// Webhooks that a commit completes leave the queue with it, claimed or not, and stay if it is refused.
pub async fn a_commit_completes_webhooks<S: Store, C: TestClock>(subject: Subject<S, C>) {
    for name in ["1", "2", "3"] {
        subject.store.insert_event(delivery(name, name)).await.expect("stored");
    }
    let one = Lease { limit: 1, ..lease(1, 10) };
    assert_eq!(subject.claim_events(one).await.expect("claimed").len(), 1);
    let completing = |expected| step("a", expected, "x").completes(vec![event("1"), event("2"), event("9")]);
    subject.store.commit(completing(1)).await.expect_err("a conflict");
    assert_eq!(subject.store.backlog().await.expect("read").inbox.count, 3);
    subject.store.commit(completing(0)).await.expect("stored");
    let left = subject.claim_events(lease(20, 30)).await.expect("claimed");
    assert_eq!(left.iter().map(|found| &found.event).collect::<Vec<_>>(), [&event("3")]);
    // Without an entry, and again.
    let alone = Commit::new(reference("a"), Seq::new(1)).completes(vec![event("1"), event("3")]);
    subject.store.commit(alone).await.expect("stored");
    assert_eq!(subject.claim_events(lease(40, 50)).await.expect("claimed"), []);
    assert_eq!(subject.store.backlog().await.expect("read").inbox.count, 0);
}

/// Due payments are claimed from their deadline on, earliest first, and once.
pub async fn deadlines_come_earliest_first_and_once<S: Store, C: TestClock>(subject: Subject<S, C>) {
    for (name, due) in [("late", 30), ("b", 10), ("a", 20)] {
        let deadline = DeadlineChange::In(seconds(due));
        subject.store.commit(Commit { deadline, ..step(name, 0, "x") }).await.expect("stored");
    }
    assert!(subject.claim_due(lease(9, 50)).await.expect("claimed").is_empty());
    let due = subject.claim_due(lease(20, 50)).await.expect("claimed");
    assert_eq!(due, [reference("b"), reference("a")]);
    assert!(subject.claim_due(lease(20, 50)).await.expect("claimed").is_empty());
    // The process that claimed them is gone: they come back.
    let due = subject.claim_due(Lease { limit: 1, ..lease(50, 90) }).await.expect("claimed");
    assert_eq!(due, [reference("late")]);
    assert_eq!(subject.claim_due(lease(50, 90)).await.expect("claimed").len(), 2);
}

/// A payment has one deadline: the last one set.
pub async fn a_deadline_is_replaced_and_cleared<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let set = |expected, due| Commit {
        deadline: DeadlineChange::In(seconds(due)),
        ..Commit::new(reference("a"), Seq::new(expected))
    };
    subject.store.commit(step("a", 0, "x")).await.expect("stored");
    subject.store.commit(set(1, 10)).await.expect("stored");
    subject.store.commit(set(1, 30)).await.expect("stored");
    assert!(subject.claim_due(lease(29, 50)).await.expect("claimed").is_empty());
    subject.store.commit(step("a", 1, "y")).await.expect("stored");
    assert_eq!(subject.next().await, Some(1));
    let clear = Commit { deadline: DeadlineChange::Clear, ..Commit::new(reference("a"), Seq::new(2)) };
    subject.store.commit(clear).await.expect("stored");
    assert!(subject.claim_due(lease(99, 100)).await.expect("claimed").is_empty());
}

/// The next wake-up is the earliest of deadlines, events and messages.
pub async fn the_next_wake_is_the_earliest_of_all<S: Store, C: TestClock>(subject: Subject<S, C>) {
    assert_eq!(subject.next().await, None);
    let deadline = DeadlineChange::In(seconds(30));
    subject.store.commit(Commit { deadline, ..step("a", 0, "x") }).await.expect("stored");
    assert_eq!(subject.next().await, Some(30));
    let store = subject.at(20).await;
    assert_eq!(subject.next().await, Some(10));
    store.insert_event(delivery("1", "x")).await.expect("stored");
    assert_eq!(subject.next().await, Some(0));
    subject.claim_events(lease(20, 25)).await.expect("claimed");
    assert_eq!(subject.next().await, Some(5));
    store.complete_event(&event("1")).await.expect("finished");
    assert_eq!(subject.next().await, Some(10));
    store.commit(Commit { messages: vec![message("a/1")], ..step("a", 1, "y") }).await.expect("stored");
    assert_eq!(subject.next().await, Some(0));
    // Long overdue is overdue.
    subject.claim_messages(lease(20, 25)).await.expect("claimed");
    subject.at(99).await;
    assert_eq!(subject.next().await, Some(0));
}
