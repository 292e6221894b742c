//! Concurrent calls.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use std::sync::Arc;

use super::make::{at, delivery, event, lease, reference, step};
use crate::commit::Seq;
use crate::store::Store;
use crate::work::InsertOutcome;

/// A job is claimed by one process, and by no other until its lease ends or it is due again.
pub async fn f40_a_chore_is_one_processs_at_a_time<S: Store>(store: S) {
    let claim = async |chore, now, until| store.claim_job(chore, lease(now, until)).await.expect("claimed");
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.claim_job("sweep", lease(5, 20)).await.expect("claimed") })
        })
        .collect();
    let mut claimed = 0;
    for task in tasks {
        claimed += usize::from(task.await.expect("no panic"));
    }
    assert_eq!(claimed, 1);
    assert!(!claim("sweep", 19, 30).await);
    // Another chore is another's to do; and whoever claimed the first is gone.
    assert!(claim("reconcile", 5, 20).await);
    assert!(claim("sweep", 20, 40).await);
    store.reschedule_job("sweep", at(90)).await.expect("put off");
    assert!(!claim("sweep", 89, 99).await);
    assert!(claim("sweep", 90, 99).await);
    assert_eq!(store.next_due_at().await.expect("read"), None);
}

/// A duplicate webhook event is not new: at once, much later, and 64 times concurrently.
pub async fn f01_a_webhook_is_stored_once<S: Store>(store: S) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.insert_event(delivery("1", 5, "first")).await.expect("stored") })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += usize::from(task.await.expect("no panic") == InsertOutcome::Inserted);
    }
    assert_eq!(new, 1);
    assert_eq!(store.claim_events(lease(5, 9)).await.expect("claimed").len(), 1);
    store.complete_event(&event("1")).await.expect("finished");
    store.complete_event(&event("1")).await.expect("and again");
    let receipt = store.insert_event(delivery("1", 50, "second")).await.expect("stored");
    assert_eq!(receipt, InsertOutcome::Duplicate);
    assert!(store.claim_events(lease(100, 200)).await.expect("claimed").is_empty());
}

/// Of concurrent writers to one payment each sequence number goes to one, and the others get a conflict.
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
    assert_eq!(store.read_journal(&reference("a")).await.expect("read").len(), 5);
}

/// Concurrent commits to many payments are all stored.
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
        let journal = store.read_journal(&reference(&name)).await.expect("read");
        assert_eq!((journal.len(), &*journal[0].bytes), (2, name.as_bytes()));
    }
}
