//! Concurrent calls.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::make::{alert, delivery, event, message, reference, seconds, step};
use super::subject::{Subject, TestClock, lease};
use crate::commit::{Commit, Seq};
use crate::outbox::ClaimedMessage;
use crate::store::Store;
use crate::work::{ClaimRequest, InsertOutcome};

/// A job is claimed by one process, and by no other until its lease ends or it is due again.
pub async fn f40_a_job_is_claimed_by_one_process<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.at(5).await;
    let claim = async |job, now, until| subject.claim_job(job, lease(now, until)).await.expect("claimed");
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = subject.store.clone();
            tokio::spawn(async move {
                store.claim_job("reconcile", ClaimRequest::new(seconds(15), 1)).await.expect("claimed")
            })
        })
        .collect();
    let mut claimed = 0;
    for task in tasks {
        claimed += usize::from(task.await.expect("no panic"));
    }
    assert_eq!(claimed, 1);
    // Another job is not affected. The process that claimed the first is gone.
    assert!(claim("prune", 5, 20).await);
    assert!(!claim("reconcile", 19, 30).await);
    assert!(claim("reconcile", 20, 40).await);
    subject.store.reschedule_job("reconcile", seconds(70)).await.expect("put off");
    assert!(!claim("reconcile", 89, 99).await);
    assert!(claim("reconcile", 90, 99).await);
    assert_eq!(subject.next().await, None);
}

/// A duplicate webhook event is not new: at once, much later, and 64 times concurrently.
pub async fn f01_a_webhook_is_stored_once<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let store = subject.store.clone();
            tokio::spawn(async move { store.insert_event(delivery("1", "first")).await.expect("stored") })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += usize::from(task.await.expect("no panic") == InsertOutcome::Inserted);
    }
    assert_eq!(new, 1);
    assert_eq!(subject.claim_events(lease(5, 9)).await.expect("claimed").len(), 1);
    subject.store.complete_event(&event("1")).await.expect("finished");
    subject.store.complete_event(&event("1")).await.expect("and again");
    let receipt = subject.store.insert_event(delivery("1", "second")).await.expect("stored");
    assert_eq!(receipt, InsertOutcome::Duplicate);
    assert!(subject.claim_events(lease(100, 200)).await.expect("claimed").is_empty());
}

/// Of concurrent writers to one payment each sequence number goes to one, and the others get a conflict.
pub async fn one_of_many_writers_wins_each_place<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = Arc::new(subject.store);
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
    assert_eq!(store.read_journal(&reference("a")).await.expect("read").len(), 5);
}

/// Concurrent commits to many payments are all stored.
pub async fn steps_of_many_payments_are_all_stored<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let store = subject.store.clone();
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
        let journal = subject.store.read_journal(&reference(&name)).await.expect("read");
        assert_eq!((journal.len(), &*journal[0].bytes), (2, name.as_bytes()));
    }
}

/// Payments of the next case, and the ordered messages of each.
const PAYMENTS: u64 = 12;
const MESSAGES: u64 = 6;

/// Concurrent workers deliver the messages of each payment in order, never two of one payment at once, and each once.
/// Every third delivery fails at first.
pub async fn f48_i3_many_workers_keep_the_order_of_each_payment<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    let name = |payment| format!("order-{payment}");
    let key = |payment, number| format!("order-{payment}/{number}");
    for payment in 0..PAYMENTS {
        let mut messages: Vec<_> = (0..MESSAGES / 2).map(|number| message(&key(payment, number))).collect();
        messages.push(alert(&format!("order-{payment}/alert")));
        subject.store.commit(Commit { messages, ..step(&name(payment), 0, "x") }).await.expect("stored");
    }
    let deliveries = Arc::new(Mutex::new(Deliveries::default()));
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let (store, deliveries) = (subject.store.clone(), Arc::clone(&deliveries));
            tokio::spawn(async move { deliver_all(&store, &deliveries, worker).await })
        })
        .collect();
    // Meanwhile each payment gets its other messages.
    for number in MESSAGES / 2..MESSAGES {
        for payment in 0..PAYMENTS {
            let messages = vec![message(&key(payment, number))];
            let expected = 1 + number - MESSAGES / 2;
            let commit = Commit { messages, ..step(&name(payment), expected, "y") };
            subject.store.commit(commit).await.expect("stored");
        }
    }
    for worker in workers {
        worker.await.expect("no panic");
    }
    let deliveries = deliveries.lock().expect("no panic");
    for payment in 0..PAYMENTS {
        let ordered: Vec<_> = (0..MESSAGES).map(|number| key(payment, number)).collect();
        assert_eq!(deliveries.completed.get(&name(payment)), Some(&ordered));
    }
}

/// The ordered messages that workers deliver.
#[derive(Debug, Default)]
struct Deliveries {
    /// Payments of which a worker holds a message.
    held: BTreeSet<String>,
    /// The keys of each payment in the order of their completion.
    completed: BTreeMap<String, Vec<String>>,
}

/// Claims, fails and completes messages until all are delivered. No lease ends meanwhile.
async fn deliver_all<S: Store>(store: &S, deliveries: &Mutex<Deliveries>, worker: usize) {
    let lock = || deliveries.lock().expect("no panic");
    for turn in 0..100_000 {
        let request = ClaimRequest::new(seconds(900), 1 + (turn + worker) % 3);
        let claimed = store.claim_messages(request).await.expect("claimed");
        let is_alert = |message: &ClaimedMessage| message.key.ends_with("alert");
        for message in claimed.iter().filter(|message| !is_alert(message)) {
            assert!(lock().held.insert(message.reference.to_string()), "two of {}", message.reference);
        }
        for message in claimed {
            let fails = message.failures == 0 && (turn + worker).is_multiple_of(3);
            if !is_alert(&message) {
                let (mut deliveries, payment) = (lock(), message.reference.to_string());
                deliveries.held.remove(&payment);
                if !fails {
                    deliveries.completed.entry(payment).or_default().push(message.key.clone());
                }
            }
            if fails {
                store.fail_message(&message.key, message.claim, Duration::ZERO).await.expect("failed");
            } else {
                store.complete_message(&message.key, message.claim).await.expect("completed");
            }
        }
        if lock().completed.values().map(Vec::len).sum::<usize>() as u64 == PAYMENTS * MESSAGES {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("messages are left that no worker can claim");
}
