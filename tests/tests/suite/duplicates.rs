//! Each webhook delivered sixty-four times at once. `KAKAOPAY_DUPLICATES` says how many webhooks.

use std::time::Duration;

use kakaopay::store::{ClaimRequest, InsertOutcome, MemoryStore, NewInboxEvent, Store};
use kakaopay::types::EventId;
use kakaopay_postgres_cluster::shared;
use kakaopay_pure_tests::report::{report, times};
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteStore;

/// How many times each comes.
const COPIES: u32 = 64;

fn event(number: u32) -> EventId {
    EventId::parse(&format!("evnt_test_{number}")).expect("an event")
}

/// F01, I3: of all copies of a webhook one is new, and it is worked off once.
async fn deliver<S: Store>(name: &str, store: S, events: u32) {
    for number in 0..events {
        let copies: Vec<_> = (0..COPIES)
            .map(|copy| {
                let store = store.clone();
                let body = copy.to_string().into_bytes();
                let delivery = NewInboxEvent::new(event(number), body);
                tokio::spawn(async move { store.insert_event(delivery).await.expect("stored") })
            })
            .collect();
        let mut new = 0;
        for copy in copies {
            new += u32::from(copy.await.expect("no panic") == InsertOutcome::Inserted);
        }
        assert_eq!(new, 1, "{number}");
    }
    let mut worked = 0;
    loop {
        let lease = ClaimRequest::new(Duration::from_secs(120), 100);
        let found = store.claim_events(lease).await.expect("claimed");
        if found.is_empty() {
            break;
        }
        for stored in found {
            assert_eq!(stored.event, event(worked));
            store.complete_event(&stored.event).await.expect("finished");
            worked += 1;
        }
    }
    assert_eq!(worked, events);
    let figures = format!("{events} webhooks, each {COPIES} times at once: {worked} worked off, 0 twice");
    report(env!("CARGO_TARGET_TMPDIR"), &format!("f01-duplicates-{name}"), &figures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_a_webhook_is_stored_once_in_memory() {
    deliver("memory", MemoryStore::new(), times("KAKAOPAY_DUPLICATES", 100).min(1_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_a_webhook_is_stored_once_by_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("store.sqlite")).expect("a store");
    deliver("sqlite", store, times("KAKAOPAY_DUPLICATES", 100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_a_webhook_is_stored_once_by_postgres() {
    let Some(cluster) = shared() else { return };
    let options = PostgresOptions::new(&cluster.tcp("postgres")).expect("options").schema("duplicates");
    let store = options.open().await.expect("a store");
    deliver("postgres", store, times("KAKAOPAY_DUPLICATES", 100)).await;
}
