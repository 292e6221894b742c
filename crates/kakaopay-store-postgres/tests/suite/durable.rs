//! Acknowledged writes are durable.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{Commit, DeadlineChange, InsertOutcome, Seq, Store, StoreErrorKind};
use kakaopay_store_postgres::{PostgresOpenError, PostgresStore};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::proxy::{Answers, Proxy};
use crate::support::{Home, charge, delivery, event, kind, lease, message, options, reference, step};

#[tokio::test]
async fn i10_opening_again_finds_everything() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    let full = step("a", 0, *b"one")
        .deadline(DeadlineChange::In(Duration::ZERO))
        .messages(vec![message("a/1")])
        .charge(charge("1"))
        .snapshot(*b"of one");
    store.commit(full).await.unwrap();
    store.insert_event(delivery("1", *b"first")).await.unwrap();
    store.insert_event(delivery("2", *b"done")).await.unwrap();
    store.complete_event(&event("2")).await.unwrap();
    let claimed = store.claim_messages(lease(3_600)).await.unwrap();
    store.close();
    let error = store.read_journal(&reference("a")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Closed);

    let store = home.open().await;
    let journal = store.read_journal(&reference("a")).await.unwrap();
    assert_eq!((journal.len(), &*journal[0].bytes), (1, &b"one"[..]));
    let snapshot = store.load(&reference("a")).await.unwrap().snapshot.unwrap();
    assert_eq!((snapshot.seq, &*snapshot.bytes), (Seq::new(1), &b"of one"[..]));
    assert_eq!(store.find_by_charge(&charge("1")).await.unwrap(), Some(reference("a")));
    assert_eq!(store.claim_due(lease(60)).await.unwrap()[0].reference, reference("a"));
    let events = store.claim_events(lease(9)).await.unwrap();
    assert_eq!((events.len(), &*events[0].body), (1, &b"first"[..]));
    assert_eq!(store.insert_event(delivery("2", *b"again")).await.unwrap(), InsertOutcome::Duplicate);
    // The lease of the message outlives the store, and so does the claim.
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    store.complete_message(&claimed[0].key, claimed[0].claim).await.unwrap();
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    store.integrity_check().await.unwrap();
}

/// Commits to a payment that has so many entries until the server is gone; gives how many were
/// acknowledged.
fn load(
    store: PostgresStore,
    name: String,
    entries: u64,
    stored: Arc<(AtomicU64, Notify)>,
) -> JoinHandle<(String, u64)> {
    tokio::spawn(async move {
        let mut acknowledged = entries;
        loop {
            let commit = step(&name, acknowledged, acknowledged.to_be_bytes())
                .messages(vec![message(&format!("{name}/{acknowledged}"))]);
            match store.commit(commit).await {
                Ok(last) => acknowledged = last.get(),
                Err(error) => {
                    assert_eq!(error.kind(), StoreErrorKind::Io, "{error:?}");
                    return (name, acknowledged);
                }
            }
            if stored.0.fetch_add(1, Ordering::SeqCst) == 200 {
                stored.1.notify_one();
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i10_f13_nothing_that_was_acknowledged_is_lost_when_the_server_is_killed() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let cluster = Arc::new(cluster);
    let store = options(&cluster.tcp("postgres")).max_connections(8).open().await.unwrap();
    let mut payments: Vec<_> = (0..16).map(|number| (format!("order-{number}"), 0)).collect();
    for _ in 0..2 {
        let stored = Arc::new((AtomicU64::new(0), Notify::new()));
        let begin = |(name, entries)| load(store.clone(), name, entries, Arc::clone(&stored));
        let writers: Vec<_> = payments.drain(..).map(begin).collect();
        stored.1.notified().await;
        let killed = Arc::clone(&cluster);
        spawn_blocking(move || killed.kill()).await.unwrap();
        let mut all = Vec::new();
        for writer in writers {
            all.push(writer.await.unwrap());
        }
        let started = Arc::clone(&cluster);
        spawn_blocking(move || started.start_again()).await.unwrap();
        // The same store, which has noticed nothing but the errors it gave.
        for (name, acknowledged) in all {
            let found = store.read_journal(&reference(&name)).await.unwrap().len() as u64;
            // The one step that nobody was told about may be there.
            assert!(found == acknowledged || found == acknowledged + 1, "{found} of {acknowledged}");
            payments.push((name, found));
        }
        store.integrity_check().await.unwrap();
    }
    let told = store.backlog().await.unwrap().outbox.count;
    assert!(told >= 400, "each entry has its message: {told}");
}

#[tokio::test]
async fn i10_f13_a_response_lost_after_the_commit_leaves_it_open() {
    let Some(home) = Home::new() else { return };
    let proxy = Proxy::start(home.cluster.port()).await;
    let (port, wire) = (home.cluster.port().to_string(), proxy.port.to_string());
    let through = home.cluster.tcp("postgres").replace(&port, &wire);
    let store = options(&through).schema(&home.schema).max_connections(1).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    proxy.answers(Answers::Cut);
    let error = store.commit(step("a", 2, *b"three")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    proxy.answers(Answers::Arrive);
    // It was stored; whoever looks finds it, and whoever only tries again is told so.
    let error = store.commit(step("a", 2, *b"three")).await.unwrap_err();
    let expected = StoreErrorKind::Conflict { expected: Seq::new(2), found: Seq::new(3) };
    assert_eq!(error.kind(), expected);
}

#[tokio::test]
async fn f12_a_server_that_does_not_sync_is_refused() {
    let Some(cluster) = Cluster::start(Setup::new().setting("fsync", "off")) else { return };
    let error = options(&cluster.tcp("postgres")).open().await.unwrap_err();
    assert!(matches!(error.decisive(), PostgresOpenError::NotDurable { setting: "fsync", .. }), "{error}");
    assert_eq!(kind(error), StoreErrorKind::Other);
}

/// The first commit of a payment, with one message.
fn first(name: &str) -> Commit {
    step(name, 0, *b"x").messages(vec![message(&format!("{name}/1"))])
}

#[tokio::test]
async fn i10_a_call_cancelled_before_it_is_sent_stores_nothing() {
    let Some(home) = Home::new() else { return };
    let store = home.options().max_connections(1).open().await.unwrap();
    // Made and never polled.
    drop(store.commit(first("a")));
    for _ in 0..20 {
        // Polled once: the task that sends has not run since.
        tokio::select! {
            biased;
            _ = store.commit(first("a")) => panic!("no server responds within one poll"),
            () = std::future::ready(()) => {}
        }
    }
    // The only connection is free again.
    assert!(store.read_journal(&reference("a")).await.unwrap().is_empty());
    assert_eq!(store.commit(first("a")).await.unwrap(), Seq::new(1));
    assert_eq!(store.backlog().await.unwrap().outbox.count, 1);
}

#[tokio::test]
async fn i10_a_call_cancelled_after_it_is_sent_is_stored_whole() {
    let Some(home) = Home::new() else { return };
    let store = home.options().max_connections(1).open().await.unwrap();
    let raw = home.raw().await;
    for number in 1..=5_u64 {
        // So that the statement is prepared on the connection, and the next commit sent at once.
        store.commit(first(&format!("before-{number}"))).await.unwrap();
        // The server blocks it until its caller is gone.
        raw.batch_execute("BEGIN; LOCK TABLE payment IN EXCLUSIVE MODE").await.unwrap();
        let (writer, name) = (store.clone(), format!("order-{number}"));
        let commit = first(&name);
        let call = tokio::spawn(async move { writer.commit(commit).await });
        let blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'payment'::regclass";
        wait_for(async || raw.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) == 1).await;
        call.abort();
        call.await.unwrap_err();
        raw.batch_execute("COMMIT").await.unwrap();
        wait_for(async || store.read_journal(&reference(&name)).await.unwrap().len() == 1).await;
        assert_eq!(store.backlog().await.unwrap().outbox.count, 2 * number);
    }
    store.integrity_check().await.unwrap();
}

/// Repeats a check until it holds, for a minute at most.
async fn wait_for(holds: impl AsyncFn() -> bool) {
    let check = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), check).await.expect("within a minute");
}
