//! A synchronous standby that is away: commits wait, connections stay bounded, and nothing is acknowledged falsely.

use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::Client;
use tokio::time::Instant;

use crate::support::{connect, options, reference, step};

/// Longer than anything here takes on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections of the store, and as many that were given up.
const MOST: i64 = 4 + 4;

const SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kakaopay'";
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'kakaopay' AND wait_event = 'SyncRep'";

async fn count(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.expect("a count").get(0)
}

async fn until(client: &Client, query: &str, expected: i64) {
    let begun = Instant::now();
    while count(client, query).await != expected {
        assert!(begun.elapsed() < PATIENCE, "never {expected}: {query}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f67_connections_stay_bounded_while_the_synchronous_standby_is_away() {
    let Some(primary) = Cluster::start(Setup::new().setting("synchronous_standby_names", "one")) else {
        return;
    };
    let standby = primary.standby("one");
    let admin = connect(&primary.tcp("postgres")).await;
    let synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    until(&admin, synchronous, 1).await;
    let limit = Duration::from_millis(500);
    let store = options(&primary.tcp("postgres")).statement_timeout(limit).connect_timeout(limit);
    let store = store.call_timeout(3 * limit).max_connections(4).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    standby.stop();

    let callers: Vec<_> = (0..8)
        .map(|number| {
            let (store, name) = (store.clone(), format!("order-{number}"));
            tokio::spawn(async move {
                let (begun, mut kinds) = (Instant::now(), Vec::new());
                while begun.elapsed() < Duration::from_secs(8) {
                    let error = store.commit(step(&name, 0, *b"one")).await.expect_err("no standby");
                    kinds.push(error.kind());
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                kinds
            })
        })
        .collect();
    let (begun, mut most, mut waited) = (Instant::now(), 0, 0);
    while begun.elapsed() < Duration::from_secs(8) {
        most = most.max(count(&admin, SESSIONS).await);
        waited = waited.max(count(&admin, WAITING).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut kinds = Vec::new();
    for caller in callers {
        kinds.extend(caller.await.unwrap());
    }
    assert!(waited > 0, "no commit has waited for the standby");
    assert!(most <= MOST, "{most} sessions");
    let open = [StoreErrorKind::Io, StoreErrorKind::Busy];
    assert!(kinds.iter().all(|kind| open.contains(kind)), "{kinds:?}");

    standby.start_again();
    until(&admin, WAITING, 0).await;
    let begun = Instant::now();
    while let Err(error) = store.commit(step("a", 1, *b"two")).await {
        assert!(begun.elapsed() < PATIENCE, "{error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(count(&admin, SESSIONS).await <= MOST);
    // All at once again.
    let all: Vec<_> = (0..8)
        .map(|number| {
            let (store, name) = (store.clone(), format!("later-{number}"));
            tokio::spawn(async move { store.commit(step(&name, 0, *b"one")).await })
        })
        .collect();
    for commit in all {
        commit.await.expect("a task").expect("stored");
    }
}

/// The first commit that gets no response lets one other at a time try. Reading goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f67_one_commit_at_a_time_is_tried_and_reading_goes_on() {
    let Some(primary) = Cluster::start(Setup::new()) else { return };
    let limit = Duration::from_millis(500);
    let store = options(&primary.tcp("postgres")).statement_timeout(limit);
    let store = store.call_timeout(3 * limit).max_connections(8).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let admin = connect(&primary.tcp("postgres")).await;
    // There is none of this name.
    let require = "ALTER SYSTEM SET synchronous_standby_names = 'one'";
    admin.batch_execute(require).await.unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    let begun = Instant::now();
    while store.commit(step("b", 0, *b"one")).await.is_ok_and(|_| begun.elapsed() < PATIENCE) {}
    let all: Vec<_> = (0..20)
        .map(|number| {
            let (store, name) = (store.clone(), format!("order-{number}"));
            tokio::spawn(async move { store.commit(step(&name, 0, *b"one")).await.expect_err("none") })
        })
        .collect();
    let mut kinds = Vec::new();
    for commit in all {
        kinds.push(commit.await.unwrap().kind());
    }
    let tried = kinds.iter().filter(|kind| **kind == StoreErrorKind::Io).count();
    assert!(tried <= 2 && kinds.len() == 20, "{kinds:?}");
    assert!(count(&admin, WAITING).await <= 3);
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
    let release = "ALTER SYSTEM RESET synchronous_standby_names";
    admin.batch_execute(release).await.unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    until(&admin, WAITING, 0).await;
    store.commit(step("a", 1, *b"two")).await.unwrap();
}
