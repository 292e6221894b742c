//! A primary with a standby: the standby lags, or takes over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{Setting, Store};
use kakaopay_store_postgres::PostgresStore;
use kakaopay_store_postgres::tokio_postgres::Client;

use crate::support::{connect, options, reference, step, with_ports};

const SCHEMA: &str = "shop";
/// Longer than anything here takes on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A store that knows both servers, the standby first.
async fn open(primary: &Cluster, standby: &Cluster) -> PostgresStore {
    let both = with_ports(primary, &[standby.port(), primary.port()]);
    options(&both).schema(SCHEMA).open().await.expect("a store")
}

/// Waits until a query returns this number.
async fn until(client: &Client, query: &str, expected: i64) {
    let reached = async {
        // A standby may not have the tables yet.
        while client.query_one(query, &[]).await.ok().map(|row| row.get::<_, i64>(0)) != Some(expected) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("never {expected}: {query}"));
}

/// A decision on an old copy could create a second charge, so no call reads a standby, which may lag.
#[tokio::test]
async fn f42_i4_a_standby_that_lags_is_never_read() {
    let Some(primary) = Cluster::start(Setup::new()) else { return };
    let standby = primary.standby("one");
    let store = open(&primary, &standby).await;
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let (copy, entries) =
        (connect(&standby.tcp("postgres")).await, "SELECT count(*) FROM shop.journal_entry");
    until(&copy, entries, 1).await;
    copy.batch_execute("SELECT pg_wal_replay_pause()").await.unwrap();
    until(&copy, "SELECT count(*) WHERE pg_get_wal_replay_pause_state() = 'paused'", 1).await;
    for seq in 1..20 {
        store.commit(step("a", seq, *b"more")).await.unwrap();
        let other = open(&primary, &standby).await;
        let last = usize::try_from(seq + 1).unwrap();
        assert_eq!(other.load(&reference("a")).await.unwrap().entries.len(), last);
        assert_eq!(other.read_journal(&reference("a")).await.unwrap().len(), last);
        other.close();
    }
    assert_eq!(copy.query_one(entries, &[]).await.unwrap().get::<_, i64>(0), 1, "the standby has lagged");
}

/// With a synchronous standby, each acknowledged commit is on the new primary, and the store finds it by itself.
#[tokio::test]
async fn f42_i10_fail_over_to_a_synchronous_standby_loses_nothing() {
    let Some(primary) = Cluster::start(Setup::new().setting("synchronous_standby_names", "one")) else {
        return;
    };
    let standby = primary.standby("one");
    let admin = connect(&primary.tcp("postgres")).await;
    until(&admin, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 1).await;
    let store = open(&primary, &standby).await;
    // Each caller commits until the primary is gone, and returns how many commits were acknowledged. One that was
    // waiting for a connection may meet no error.
    let is_over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|number| {
            let (store, name, is_over) = (store.clone(), format!("order-{number}"), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut acknowledged = 0;
                while !is_over.load(Ordering::SeqCst)
                    && store.commit(step(&name, acknowledged, *b"entry")).await.is_ok()
                {
                    acknowledged += 1;
                }
                (name, acknowledged)
            })
        })
        .collect();
    until(&admin, "SELECT least(count(*), 100) FROM shop.journal_entry", 100).await;
    primary.kill();
    let promoted = connect(&standby.tcp("postgres")).await;
    promoted.batch_execute("SELECT pg_promote()").await.unwrap();
    // The new primary has no standby yet, and would wait for one.
    promoted.batch_execute("ALTER SYSTEM SET synchronous_standby_names = ''").await.unwrap();
    promoted.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    is_over.store(true, Ordering::SeqCst);
    let mut total = 0;
    for caller in callers {
        let (name, acknowledged) = caller.await.unwrap();
        let found = async {
            loop {
                match store.read_journal(&reference(&name)).await {
                    Ok(journal) => return u64::try_from(journal.len()).unwrap(),
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await.expect("the store finds the new primary");
        // The last one may have been stored although its caller got an error.
        assert!((acknowledged..=acknowledged + 1).contains(&found), "{name}: {acknowledged}, {found}");
        store.commit(step(&name, found, *b"afterwards")).await.unwrap();
        total += acknowledged;
    }
    assert!(total >= 90, "{total} commits were acknowledged before the fail-over");
}

/// An asynchronous standby takes over without the last commits. The process that made them finds out by itself.
#[tokio::test]
async fn f51_a_fail_over_that_loses_commits_makes_the_store_suspect() {
    let Some(primary) = Cluster::start(Setup::new()) else { return };
    let standby = primary.standby("one");
    let store = open(&primary, &standby).await;
    store.commit(step("a", 0, *b"kept")).await.unwrap();
    let copy = connect(&standby.tcp("postgres")).await;
    until(&copy, "SELECT count(*) FROM shop.journal_entry", 1).await;
    assert_eq!(store.setting(Setting::Suspect).await.unwrap(), None);
    // The standby receives nothing more.
    copy.batch_execute("ALTER SYSTEM SET primary_conninfo = ''").await.unwrap();
    copy.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    until(&copy, "SELECT count(*) FROM pg_stat_wal_receiver", 0).await;
    store.commit(step("a", 1, *b"lost")).await.unwrap();
    primary.kill();
    copy.batch_execute("SELECT pg_promote()").await.unwrap();
    let found = async {
        loop {
            match store.read_journal(&reference("a")).await {
                Ok(journal) => return journal.len(),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await.expect("the store finds the new primary");
    assert_eq!(found, 1, "the last commit was lost");
    let why = store.setting(Setting::Suspect).await.unwrap();
    let found = why.as_deref().expect("suspect");
    assert!(
        found.starts_with("the server lacks 1 of the last commits: it took over without them ("),
        "{found}"
    );
    // Once a reconciliation has ended it, the same commit does not begin it again.
    assert!(store.change_setting(Setting::Suspect, why.as_deref(), None).await.unwrap());
    store.commit(step("a", 1, *b"more")).await.unwrap();
    for _ in 0..3 {
        copy.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'kakaopay'").await.unwrap();
        let read = async { while store.read_journal(&reference("a")).await.is_err() {} };
        tokio::time::timeout(PATIENCE, read).await.expect("connected again");
    }
    assert_eq!(store.setting(Setting::Suspect).await.unwrap(), None);
}
