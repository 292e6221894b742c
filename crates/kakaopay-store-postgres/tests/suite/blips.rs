//! Failures of seconds: one dropped connection, a server that restarts, locks and disks that are full for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{ClaimRequest, DeadlineChange, Seq, Store, StoreErrorKind};
use kakaopay_store_postgres::PostgresStore;
use kakaopay_store_postgres::tokio_postgres::error::SqlState;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::proxy::{Answers, Proxy};
use crate::support::{Home, connect, delivery, lease, message, options, reference, step, with_ports};

/// Within this, everything goes on after a blip.
const SECONDS: Duration = Duration::from_secs(5);

/// A store behind a wire, with one connection.
async fn behind_a_wire() -> Option<(Home, PostgresStore, Proxy)> {
    let home = Home::new()?;
    let wire = Proxy::start(home.cluster.port()).await;
    let through = with_ports(home.cluster, &[wire.port]);
    let store = options(&through).schema(&home.schema).max_connections(1).open().await.expect("a store");
    Some((home, store, wire))
}

/// How many rows a claim of this kind returned.
async fn claim(store: &PostgresStore, queue: &str, job: &str) -> Result<usize, StoreErrorKind> {
    let request: ClaimRequest = lease(600);
    match queue {
        "payments" => store.claim_due(request).await.map(|rows| rows.len()),
        "events" => store.claim_events(request).await.map(|rows| rows.len()),
        "messages" => store.claim_messages(request).await.map(|rows| rows.len()),
        _ => store.claim_job(job, request).await.map(usize::from),
    }
    .map_err(|error| error.kind())
}

/// The response to a claim is lost with its connection. The process takes the same rows back at once; others wait for
/// the lease.
#[tokio::test]
async fn f68_a_process_takes_its_lost_claims_back_at_once() {
    let tables = [("payments", "due_payment"), ("events", "inbox_queue"), ("messages", "outbox_queue")];
    for (queue, table) in tables.into_iter().chain([("job", "job")]) {
        let Some((home, store, wire)) = behind_a_wire().await else { return };
        // The statement is prepared on the connection, so that its response is the next one to be lost.
        assert_eq!(claim(&store, queue, "other").await, Ok(usize::from(queue == "job")));
        let first = step("a", 0, *b"one").deadline(DeadlineChange::In(Duration::ZERO));
        store.commit(first.messages(vec![message("a/1"), message("a/2")])).await.unwrap();
        store.insert_event(delivery("1", *b"x")).await.unwrap();
        wire.answers(Answers::Cut);
        assert_eq!(claim(&store, queue, "sweep").await, Err(StoreErrorKind::Io), "{queue}");
        let leased = format!("SELECT count(*) FROM {table} WHERE claimed_by IS NOT NULL");
        let leased: i64 = home.raw().await.query_one(&leased, &[]).await.unwrap().get(0);
        assert_eq!(leased, 1 + i64::from(queue == "job"), "{queue}: the server has carried it out");
        wire.answers(Answers::Arrive);
        let begun = Instant::now();
        let other = home.open().await;
        assert_eq!(
            claim(&other, queue, "sweep").await,
            Ok(0),
            "{queue}: another process waits for the lease"
        );
        assert_eq!(claim(&store, queue, "sweep").await, Ok(1), "{queue}");
        assert!(begun.elapsed() < SECONDS, "{queue}");
        assert_eq!(claim(&store, queue, "sweep").await, Ok(0), "{queue}: it is claimed now");
    }
}

#[tokio::test]
async fn f68_what_may_be_done_twice_is_repeated_after_a_dropped_connection() {
    let Some((_home, store, wire)) = behind_a_wire().await else { return };
    store.commit(step("a", 0, *b"one").messages(vec![message("a/1")])).await.unwrap();
    let claimed = store.claim_messages(lease(600)).await.unwrap().remove(0);
    store.insert_event(delivery("1", *b"x")).await.unwrap();
    let mut cuts = 0;
    // Each is cut twice: before and behind its effect, as it may be.
    for round in 0..2 {
        wire.answers(Answers::CutOnce);
        store.complete_message(&claimed.key, claimed.claim).await.unwrap();
        cuts += wire.cuts();
        wire.answers(Answers::CutOnce);
        store.complete_event(&crate::support::event("1")).await.unwrap();
        cuts += wire.cuts();
        wire.answers(Answers::CutOnce);
        store.insert_event(delivery(&format!("more{round}"), *b"x")).await.unwrap();
        cuts += wire.cuts();
        wire.answers(Answers::CutOnce);
        store.reschedule_job("sweep", Duration::from_secs(600)).await.unwrap();
        cuts += wire.cuts();
        wire.answers(Answers::CutOnce);
        assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
        cuts += wire.cuts();
    }
    assert_eq!(cuts, 10);
    assert_eq!(store.backlog().await.unwrap().inbox.count, 2);
    // A commit whose response is lost is left to the caller, who knows its own entry.
    wire.answers(Answers::CutOnce);
    let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f68_a_restart_of_the_server_costs_seconds_and_no_error() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let cluster = Arc::new(cluster);
    let store = options(&cluster.tcp("postgres")).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    for seq in 1..4 {
        let stopped = Arc::clone(&cluster);
        spawn_blocking(move || stopped.stop()).await.unwrap();
        let (waiting, begun) = (store.clone(), Instant::now());
        let commit = tokio::spawn(async move { waiting.commit(step("a", seq, *b"more")).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!commit.is_finished(), "it waits for the server");
        let started = Arc::clone(&cluster);
        spawn_blocking(move || started.start_again()).await.unwrap();
        assert_eq!(commit.await.unwrap().unwrap(), Seq::new(seq + 1));
        assert!(begun.elapsed() < 2 * SECONDS, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn f68_a_lock_of_seconds_is_waited_for() {
    let Some(home) = Home::new() else { return };
    let store = home.options().statement_timeout(Duration::from_millis(200)).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let mut raw = home.raw().await;
    let held = raw.transaction().await.unwrap();
    held.execute("SELECT FROM payment FOR UPDATE", &[]).await.unwrap();
    let waiting = store.clone();
    let commit = tokio::spawn(async move { waiting.commit(step("a", 1, *b"two")).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!commit.is_finished(), "it is busy, and tried again");
    held.rollback().await.unwrap();
    commit.await.unwrap().unwrap();
}

/// A small tablespace is full for a while, under callers who commit all the time. Nothing acknowledged is lost, a call
/// that failed has had no effect, and all go on within seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f68_i10_a_full_tablespace_costs_seconds_and_loses_nothing() {
    let Some(cluster) = Cluster::start(Setup::new().small_disk(48)) else { return };
    let (admin, disk) = (connect(&cluster.tcp("postgres")).await, cluster.small_disk());
    admin.batch_execute(&disk.create).await.unwrap();
    admin.batch_execute("CREATE DATABASE shop TABLESPACE small").await.unwrap();
    let store = options(&cluster.tcp("shop")).open().await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|number| {
            let (store, is_over) = (store.clone(), Arc::clone(&is_over));
            tokio::spawn(async move { fill(&store, &format!("order-{number}"), &is_over).await })
        })
        .collect();
    let fills = 2;
    for _ in 0..fills {
        let full = admin.batch_execute(&disk.fill).await.unwrap_err();
        assert_eq!(full.code().map(SqlState::code), Some("53100"), "{full}");
        // The callers use up what is left on the pages, and wait or fail then.
        tokio::time::sleep(Duration::from_secs(8)).await;
        admin.batch_execute(&disk.free).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let begun = Instant::now();
    is_over.store(true, Ordering::SeqCst);
    let (mut full, mut total) = (0, 0);
    for (number, caller) in callers.into_iter().enumerate() {
        let (stored, failed) = caller.await.unwrap();
        let found = store.read_journal(&reference(&format!("order-{number}"))).await.unwrap().len();
        assert_eq!(u64::try_from(found).unwrap(), stored, "{failed} calls failed");
        full += failed;
        total += stored;
    }
    assert!(begun.elapsed() < SECONDS, "{:?}", begun.elapsed());
    assert!(full >= fills, "{full} calls were refused by a full disk");
    assert_eq!(store.backlog().await.unwrap().outbox.count, total, "each entry has one message");
    store.integrity_check().await.unwrap();
}

/// Commits entries, each repeated until it is stored. Returns how many were stored, and how often the disk was full
/// for longer than a call is repeated.
async fn fill(store: &PostgresStore, name: &str, is_over: &AtomicBool) -> (u64, u64) {
    let (mut stored, mut full) = (0, 0);
    while !is_over.load(Ordering::SeqCst) {
        let key = format!("{name}/{stored}");
        let next = || step(name, stored, *b"small").messages(vec![message(&key)]);
        match store.commit(next()).await {
            Ok(seq) => stored = seq.get(),
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Full);
                full += 1;
            }
        }
    }
    (stored, full)
}
