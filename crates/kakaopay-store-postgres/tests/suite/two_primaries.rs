//! An old primary that returns after a fail-over, and a store that was moved: neither is written to.

use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{ClaimedMessage, Setting, Store, StoreErrorKind};
use kakaopay_store_postgres::{Completion, PostgresOpenError, PostgresStore};
use tokio::time::Instant;

use crate::proxy::Proxy;
use crate::support::{Home, connect, kind, lease, message, options, reference, step, with_ports};

/// Longer than anything here takes on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(60);

const ENTRIES: &str = "SELECT count(*) FROM kakaopay.journal_entry";

async fn entries(cluster: &Cluster) -> i64 {
    connect(&cluster.tcp("postgres")).await.query_one(ENTRIES, &[]).await.expect("a count").get(0)
}

/// Waits until the standby has as many entries as were stored, and promotes it.
async fn promote(standby: &Cluster, stored: i64) {
    let client = connect(&standby.tcp("postgres")).await;
    let begun = Instant::now();
    while client.query_one(ENTRIES, &[]).await.ok().map(|row| row.get::<_, i64>(0)) != Some(stored) {
        assert!(begun.elapsed() < PATIENCE, "the standby never has {stored} entries");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.batch_execute("SELECT pg_promote()").await.expect("a new primary");
}

/// Ends every connection of the stores to a server; returns how many there were.
async fn end_connections(cluster: &Cluster) -> i64 {
    let end = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
               WHERE application_name = 'kakaopay'";
    connect(&cluster.tcp("postgres")).await.query_one(end, &[]).await.expect("ended").get(0)
}

/// Commits the next entry of a payment until it is stored.
async fn store_next(store: &PostgresStore, name: &str) -> u64 {
    let begun = Instant::now();
    loop {
        if let Ok(journal) = store.read_journal(&reference(name)).await {
            let last = u64::try_from(journal.len()).expect("a number");
            if store.commit(step(name, last, *b"entry")).await.is_ok() {
                return last + 1;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "nothing can be stored");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_an_old_primary_that_returns_is_never_written_to() {
    let Some(old) = Cluster::start(Setup::new()) else { return };
    let new = old.standby("one");
    // The old one is the first host.
    let both = with_ports(&old, &[old.port(), new.port()]);
    let store = options(&both).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    old.kill();
    promote(&new, 1).await;
    let mut last = store_next(&store, "a").await;
    old.start_again();
    let before = entries(&old).await;
    let mut ended = 0;
    for _ in 0..10 {
        ended += end_connections(&new).await;
        last = store_next(&store, "a").await;
    }
    assert!(ended >= 5, "{ended} connections were ended");
    // A process that is started now looks at both.
    let other = options(&both).open().await.unwrap();
    last = store_next(&other, "a").await.max(last);
    // Without the new one there is none.
    new.stop();
    let mut kinds = Vec::new();
    for store in [&store, &other] {
        for _ in 0..2 {
            kinds.push(store.commit(step("a", last, *b"lost")).await.unwrap_err().kind());
        }
    }
    assert!(kinds.contains(&StoreErrorKind::ReadOnly), "{kinds:?}");
    assert_eq!(entries(&old).await, before, "{kinds:?}");
    new.start_again();
    assert!(store_next(&store, "a").await > last);
    assert_eq!(entries(&old).await, before);
    let kept = "SELECT value FROM kakaopay.setting WHERE name = 'server'";
    let kept: String = connect(&new.tcp("postgres")).await.query_one(kept, &[]).await.unwrap().get(0);
    assert!(kept.ends_with(" 2"), "{kept}");
    // The new one may lack commits of processes that have ended since.
    let why = store.setting(Setting::Suspect).await.unwrap();
    assert!(why.as_deref().is_some_and(|why| why.starts_with("another server took over (")), "{why:?}");
}

/// Where a message is completed.
async fn complete(
    store: &PostgresStore,
    cluster: &Cluster,
    message: &ClaimedMessage,
) -> Result<Completion, StoreErrorKind> {
    let mut shop = connect(&cluster.tcp("postgres")).await;
    let transaction = shop.transaction().await.expect("a transaction");
    let completed = store.complete_in_transaction(&transaction, &message.key, message.claim).await;
    transaction.rollback().await.expect("rolled back");
    completed.map_err(|error| error.kind())
}

/// Two servers, of which the old one was primary while a message was claimed, and is back.
async fn after_a_fail_over() -> Option<(Cluster, Cluster, PostgresStore, ClaimedMessage)> {
    let old = Cluster::start(Setup::new())?;
    let new = old.standby("one");
    let store = options(&with_ports(&old, &[old.port(), new.port()])).open().await.expect("a store");
    store.commit(step("a", 0, *b"one").messages(vec![message("a/paid")])).await.expect("stored");
    let claimed = store.claim_messages(lease(1)).await.expect("claimed").remove(0);
    assert_eq!(complete(&store, &old, &claimed).await, Ok(Completion::Completed));
    // When the standby has this, it has the claim.
    store.commit(step("a", 1, *b"two")).await.expect("stored");
    old.kill();
    promote(&new, 2).await;
    store_next(&store, "a").await;
    old.start_again();
    Some((old, new, store, claimed))
}

/// The shop's own connection leads to the old primary, which knows the message under the same claim.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_i3_a_transaction_of_the_shop_on_the_old_primary_completes_nothing() {
    let Some((old, new, store, claimed)) = after_a_fail_over().await else { return };
    assert_eq!(complete(&store, &old, &claimed).await, Err(StoreErrorKind::ReadOnly));
    assert_eq!(complete(&store, &new, &claimed).await, Err(StoreErrorKind::StaleClaim));
}

/// The handler has committed to the old primary, and the fail-over has lost that: the message is delivered again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_i2_a_claim_from_before_a_fail_over_completes_nothing_behind_it() {
    let Some((_old, new, store, claimed)) = after_a_fail_over().await else { return };
    let stale = store.complete_message(&claimed.key, claimed.claim).await.unwrap_err();
    assert_eq!(stale.kind(), StoreErrorKind::StaleClaim);
    let begun = Instant::now();
    let again = loop {
        match store.claim_messages(lease(600)).await.unwrap().pop() {
            Some(message) => break message,
            None => assert!(begun.elapsed() < PATIENCE, "it is never claimed again"),
        }
    };
    assert_eq!(again.key, claimed.key);
    assert!(again.claim > claimed.claim);
    assert_eq!(complete(&store, &new, &again).await, Ok(Completion::Completed));
    store.complete_message(&again.key, again.claim).await.unwrap();
}

/// The old primary was never away for the connections that a process has to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_pooled_connections_to_the_old_primary_are_dropped() {
    let Some(old) = Cluster::start(Setup::new()) else { return };
    let new = old.standby("one");
    let wire = Proxy::start(old.port()).await;
    let both = with_ports(&old, &[wire.port, new.port()]);
    let store = options(&both).max_connections(8).open().await.unwrap();
    let at_once = async |store: &PostgresStore, prefix: &str, count: i64| {
        let calls: Vec<_> = (0..count)
            .map(|number| {
                let (store, name) = (store.clone(), format!("{prefix}-{number}"));
                tokio::spawn(async move { store.commit(step(&name, 0, *b"one")).await })
            })
            .collect();
        for call in calls {
            call.await.expect("a task").expect("stored");
        }
    };
    at_once(&store, "before", 3).await;
    let before = entries(&old).await;
    wire.refuse();
    promote(&new, before).await;
    // More at once than there are connections to the old one: further ones lead to the new one.
    at_once(&store, "during", 8).await;
    let (at_old, at_new) = (entries(&old).await - before, entries(&new).await - before);
    assert!(
        at_old > 0 && at_new > 0 && at_old + at_new == 8,
        "{at_old} at the old one, {at_new} at the new one"
    );
    for round in 0..5 {
        at_once(&store, &format!("after-{round}"), 8).await;
    }
    assert_eq!(entries(&old).await - before, at_old);
    assert_eq!(entries(&new).await - before, at_new + 40);
}

#[tokio::test]
async fn f66_a_store_that_was_used_elsewhere_is_refused_with_the_next_step() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    let raw = home.raw().await;
    let read = "SELECT value FROM setting WHERE name = 'server'";
    let kept: String = raw.query_one(read, &[]).await.unwrap().get(0);
    let system = kept.split(' ').next().unwrap();
    raw.execute("UPDATE setting SET value = $1 WHERE name = 'server'", &[&format!("{system} 2")])
        .await
        .unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(matches!(error.decisive(), PostgresOpenError::OldPrimary { found: 1, seen: 2 }), "{error}");
    assert_eq!(kind(error), StoreErrorKind::ReadOnly);
    raw.execute("UPDATE setting SET value = '5 1' WHERE name = 'server'", &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(matches!(error.decisive(), PostgresOpenError::OtherSystem { seen: 5, .. }), "{error}");
    // The statement that it names mends it.
    let (_, statement) =
        error.to_string().split_once("run: ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(raw.execute(&statement, &[]).await.unwrap(), 1);
    home.open().await;
    assert_eq!(raw.query_one(read, &[]).await.unwrap().get::<_, String>(0), kept);
}

/// As after a move to another server, or pg_upgrade. A dump may be older than the service, so that the store is suspect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_f66_a_dump_that_was_restored_on_another_server_opens_after_the_named_statement() {
    let (Some(from), Some(to)) = (Cluster::start(Setup::new()), Cluster::start(Setup::new())) else { return };
    let store = options(&from.tcp("postgres")).open().await.unwrap();
    store.commit(step("a", 0, *b"one").messages(vec![message("a/paid")])).await.unwrap();
    store.close();
    from.dump_into(&to);
    let error = options(&to.tcp("postgres")).open().await.unwrap_err();
    assert!(matches!(error.decisive(), PostgresOpenError::OtherSystem { .. }), "{error}");
    let (_, statement) =
        error.to_string().split_once("run: ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let changed = connect(&to.tcp("postgres")).await.execute(&statement, &[]).await.unwrap();
    assert_eq!(changed, 1);
    let moved = options(&to.tcp("postgres")).open().await.unwrap();
    moved.integrity_check().await.unwrap();
    assert_eq!(moved.read_journal(&reference("a")).await.unwrap().len(), 1);
    moved.commit(step("a", 1, *b"two")).await.unwrap();
    assert_eq!(moved.claim_messages(lease(600)).await.unwrap().len(), 1);
    assert!(moved.setting(Setting::Suspect).await.unwrap().is_some());
    options(&to.tcp("postgres")).open().await.unwrap();
    // The original knows nothing of it, and goes on.
    options(&from.tcp("postgres")).open().await.unwrap();
}

/// Any user may ask for the timeline; where a service withholds it, the store opens without.
#[tokio::test]
async fn f66_a_service_that_withholds_its_timeline_is_used() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let admin = connect(&cluster.tcp("postgres")).await;
    options(&cluster.tcp("postgres")).open().await.unwrap();
    let grants = "CREATE USER clerk PASSWORD 'secret'; GRANT USAGE ON SCHEMA kakaopay TO clerk;
                  GRANT ALL ON ALL TABLES IN SCHEMA kakaopay TO clerk; DELETE FROM kakaopay.setting WHERE name = 'server'";
    admin.batch_execute(grants).await.unwrap();
    let port = cluster.port();
    let clerk = format!("postgres://clerk:secret@127.0.0.1:{port}/postgres?sslmode=disable");
    let rows = "SELECT count(*) FROM kakaopay.setting WHERE name = 'server'";
    options(&clerk).open().await.unwrap();
    assert_eq!(admin.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 1);
    let revoke = "DELETE FROM kakaopay.setting WHERE name = 'server';
                  REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC";
    admin.batch_execute(revoke).await.unwrap();
    options(&clerk).open().await.unwrap();
    assert_eq!(admin.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 0);
}
