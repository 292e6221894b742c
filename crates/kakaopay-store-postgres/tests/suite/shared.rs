//! Several processes on one schema.

use std::collections::BTreeSet;
use std::time::Duration;

use kakaopay_store::{DeadlineChange, Prune, PruneOutcome, Seq, Store, StoreErrorKind};
use kakaopay_store_postgres::PostgresStore;

use crate::support::{Home, delivery, lease, message, reference, step};

/// Stores with connections of their own.
async fn stores(home: &Home) -> Vec<PostgresStore> {
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(home.open().await);
    }
    stores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f40_of_64_writers_one_wins_each_place() {
    const PLACES: u64 = 10;
    let Some(home) = Home::new() else { return };
    let stores = stores(&home).await;
    let mut writers = Vec::new();
    for writer in 0..64 {
        let store = stores[writer % stores.len()].clone();
        writers.push(tokio::spawn(async move {
            let (mut seq, mut won) = (0, Vec::new());
            while seq < PLACES {
                match store.commit(step("a", seq, writer.to_string().into_bytes())).await {
                    Ok(last) => {
                        assert_eq!(last, Seq::new(seq + 1));
                        seq = last.get();
                        won.push((seq, writer));
                    }
                    Err(error) => match error.kind() {
                        StoreErrorKind::Conflict { expected, found } => {
                            assert!(expected == Seq::new(seq) && found > expected, "{error}");
                            seq = found.get();
                        }
                        kind => panic!("{kind:?}"),
                    },
                }
            }
            won
        }));
    }
    let mut won = Vec::new();
    for writer in writers {
        won.extend(writer.await.unwrap());
    }
    won.sort_unstable();
    let journal = stores[0].read_journal(&reference("a")).await.unwrap();
    let expected = won.iter().map(|(seq, writer)| (*seq, writer.to_string().into_bytes()));
    let found = journal.iter().map(|entry| (entry.seq.get(), entry.bytes.to_vec()));
    assert!(found.eq(expected));
    assert_eq!(won.len(), usize::try_from(PLACES).unwrap());
    stores[0].integrity_check().await.unwrap();
}

/// A payment that waits for a moment and has something to tell, and a webhook.
async fn fill(store: &PostgresStore, number: usize) {
    for number in 0..number {
        let name = format!("order-{number}");
        let commit =
            step(&name, 0, *b"x").deadline(DeadlineChange::In(Duration::ZERO)).messages(vec![message(&name)]);
        store.commit(commit).await.expect("stored");
        store.insert_event(delivery(&number.to_string(), *b"x")).await.expect("stored");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f40_four_workers_never_claim_one_row_twice() {
    const NUMBER: usize = 120;
    let Some(home) = Home::new() else { return };
    let stores = stores(&home).await;
    fill(&stores[0], NUMBER).await;
    let mut workers = Vec::new();
    for store in stores {
        workers.push(tokio::spawn(async move {
            let few = lease(600).limit(7);
            let mut claimed = Vec::new();
            loop {
                let before = claimed.len();
                let due = store.claim_due(few).await.unwrap();
                claimed.extend(due.into_iter().map(|due| format!("due {}", due.reference)));
                let events = store.claim_events(few).await.unwrap();
                claimed.extend(events.into_iter().map(|event| format!("event {}", event.event)));
                let messages = store.claim_messages(few).await.unwrap();
                claimed.extend(messages.into_iter().map(|message| format!("message {}", message.key)));
                if claimed.len() == before {
                    break claimed;
                }
            }
        }));
    }
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    // One who found nothing may have passed over rows that another was claiming, and has them.
    assert_eq!(claimed.len(), 3 * NUMBER);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 3 * NUMBER);
}

#[tokio::test]
async fn f40_what_one_store_claims_the_other_does_not_see() {
    let Some(home) = Home::new() else { return };
    let (options, clock) = home.options_with_clock().await;
    let (one, other) = (options.open().await.unwrap(), options.open().await.unwrap());
    fill(&one, 1).await;

    assert_eq!(one.claim_due(lease(8)).await.unwrap().len(), 1);
    assert_eq!(one.claim_events(lease(8)).await.unwrap().len(), 1);
    let zombie = one.claim_messages(lease(8)).await.unwrap().remove(0);
    clock.at(7).await;
    assert!(other.claim_due(lease(11)).await.unwrap().is_empty());
    assert!(other.claim_events(lease(11)).await.unwrap().is_empty());
    assert!(other.claim_messages(lease(11)).await.unwrap().is_empty());

    clock.at(8).await;
    // The first was given up; the second takes over, and the first comes back.
    assert_eq!(other.claim_due(lease(10)).await.unwrap().len(), 1);
    let heir = other.claim_messages(lease(10)).await.unwrap().remove(0);
    let refused = one.complete_message("order-0", zombie.claim).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::StaleClaim);
    other.commit(step("order-0", 1, *b"heir")).await.unwrap();
    assert!(one.commit(step("order-0", 1, *b"zombie")).await.unwrap_err().is_conflict());
    other.complete_message("order-0", heir.claim).await.unwrap();
    other.complete_message("order-0", heir.claim).await.unwrap();
    let refused = one.complete_message("order-0", zombie.claim).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::StaleClaim);
}

#[tokio::test]
async fn f40_many_are_completed_at_once_and_each_claim_counts_for_itself() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    fill(&store, 5).await;
    let zombies = store.claim_messages(lease(0)).await.unwrap();
    let some = lease(600).limit(2);
    let heirs = store.claim_messages(some).await.unwrap();
    assert_eq!(heirs.len(), 2);
    let asked: Vec<_> = zombies.iter().map(|message| (message.key.as_str(), message.claim)).collect();
    // A later claim has taken the first two away, and of nothing is known that was never stored.
    let mut all = asked.clone();
    all.push(("unknown", zombies[0].claim));
    assert_eq!(store.complete_all(&all).await.unwrap(), ["order-0", "order-1", "unknown"]);
    let heirs: Vec<_> = heirs.iter().map(|message| (message.key.as_str(), message.claim)).collect();
    assert!(store.complete_all(&heirs).await.unwrap().is_empty());
    // And again, as after an answer that was lost.
    assert!(store.complete_all(&heirs).await.unwrap().is_empty());
    assert!(store.complete_all(&asked[2..]).await.unwrap().is_empty());
    assert!(store.complete_all(&[]).await.unwrap().is_empty());
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_complete_the_same_in_other_orders_do_not_stop_each_other() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    fill(&store, 40).await;
    let claimed = store.claim_messages(lease(600)).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|turn| {
            let (store, mut claimed) = (store.clone(), claimed.clone());
            claimed.rotate_left(turn * 5);
            tokio::spawn(async move {
                let asked: Vec<_> =
                    claimed.iter().map(|message| (message.key.as_str(), message.claim)).collect();
                assert!(store.complete_all(&asked).await.unwrap().is_empty());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn two_stores_in_one_database_are_independent() {
    let (Some(one), Some(other)) = (Home::new(), Home::new()) else { return };
    let (one, other) = (one.open().await, other.open().await);
    fill(&one, 1).await;
    assert!(other.read_journal(&reference("order-0")).await.unwrap().is_empty());
    assert_eq!(other.next_due_in().await.unwrap(), None);
    fill(&other, 1).await;
    assert_eq!(one.list_payments(None, 10).await.unwrap(), [reference("order-0")]);
}

/// A commit of a snapshot alone, for which the removal of a history waits, leaves nothing behind.
#[tokio::test]
async fn f51_a_history_is_not_removed_during_a_commit() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let mut raw = home.raw().await;
    let commit = raw.transaction().await.unwrap();
    let snapshot = "
        UPDATE payment SET last_seq = last_seq;
        INSERT INTO snapshot (payment_id, seq, bytes, checksum) SELECT id, 1, 'Somchai', 0 FROM payment";
    commit.batch_execute(snapshot).await.unwrap();
    let prune = || Prune::new(reference("a"), Seq::new(1), *b"kept");
    let pruning = tokio::spawn({
        let (store, prune) = (store.clone(), prune());
        async move { store.prune(prune).await }
    });
    let watch = home.raw().await;
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%' || current_schema() || '%pruned_to%')";
    while !watch.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::task::yield_now().await;
    }
    commit.commit().await.unwrap();
    let error = pruning.await.unwrap().unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert_eq!(store.prune(prune()).await.unwrap(), PruneOutcome::Pruned);
    let left = watch.query_one("SELECT count(*) FROM snapshot", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(left, 0);
}
