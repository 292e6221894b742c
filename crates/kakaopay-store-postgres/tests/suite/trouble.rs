//! Servers that are away, silent, busy or only read: typed, and over when their cause is.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_store_postgres::PostgresOptions;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::proxy::{Answers, Proxy};
use crate::support::{Home, connect, delivery, kind, lease, message, options, reference, step, with_ports};

/// Shorter than the waits that must fail.
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn f13_a_server_that_is_not_there_is_io() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let connection = format!("host=127.0.0.1 port={port} user=a password=b sslmode=disable");
    let error = PostgresOptions::new(&connection).unwrap().open().await.unwrap_err();
    assert_eq!(kind(error), StoreErrorKind::Io);
    let error = options("host=/nonexistent user=a").open().await.unwrap_err();
    assert_eq!(kind(error), StoreErrorKind::Io);
}

#[tokio::test]
async fn f13_a_server_that_never_responds_is_io() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let connection = format!("host=127.0.0.1 port={port} user=a password=b sslmode=disable");
    let options = PostgresOptions::new(&connection).unwrap().connect_timeout(SHORT);
    assert_eq!(kind(options.open().await.unwrap_err()), StoreErrorKind::Io);
}

#[tokio::test]
async fn f13_a_server_that_falls_silent_is_io_and_the_store_recovers() {
    let Some(home) = Home::new() else { return };
    let proxy = Proxy::start(home.cluster.port()).await;
    let (port, wire) = (home.cluster.port().to_string(), proxy.port.to_string());
    let through = home.cluster.tcp("postgres").replace(&port, &wire);
    let within = Duration::from_secs(4);
    let store = options(&through).schema(&home.schema).max_connections(1).call_timeout(within);
    let store = store.statement_timeout(Duration::from_millis(500)).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    proxy.answers(Answers::Vanish);
    let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    proxy.answers(Answers::Arrive);
    // The connection that waits for the lost answer is not used again, and moves out of the way.
    let found = store.read_journal(&reference("a")).await.unwrap().len();
    assert!(found == 1 || found == 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f13_a_server_that_is_started_again_is_found_unaided() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let cluster = Arc::new(cluster);
    let store = options(&cluster.socket("postgres")).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let stopped = Arc::clone(&cluster);
    spawn_blocking(move || stopped.stop()).await.unwrap();
    let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    let started = Arc::clone(&cluster);
    spawn_blocking(move || started.start_again()).await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
}

#[tokio::test]
async fn f13_what_others_hold_is_busy_and_recovers() {
    let Some(home) = Home::new() else { return };
    // Longer than a statement takes that waits for nobody, also on a machine that others use.
    let store = home.options().statement_timeout(Duration::from_secs(1)).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let mut raw = home.raw().await;
    let held = raw.transaction().await.unwrap();
    held.execute("SELECT FROM payment FOR UPDATE", &[]).await.unwrap();
    let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    // Reading goes on meanwhile, and so do other payments.
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
    store.commit(step("b", 0, *b"one")).await.unwrap();
    held.rollback().await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
}

#[tokio::test]
async fn f33_a_call_that_finds_no_connection_free_is_busy() {
    let Some(home) = Home::new() else { return };
    let store = home.options().max_connections(1).acquire_timeout(SHORT).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let mut raw = home.raw().await;
    let held = raw.transaction().await.unwrap();
    held.execute("SELECT FROM payment FOR UPDATE", &[]).await.unwrap();
    let waiting = store.clone();
    let waiting = tokio::spawn(async move { waiting.commit(step("a", 1, *b"two")).await });
    // It has the connection after its first poll, and this is the only thread that polls.
    tokio::task::yield_now().await;
    let error = store.insert_event(delivery("1", *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    held.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
    store.insert_event(delivery("1", *b"x")).await.unwrap();
}

#[tokio::test]
async fn f13_a_server_with_too_many_connections_is_busy() {
    let Some(home) = Home::new() else { return };
    let raw = home.raw().await;
    let user = format!("few_{}", home.schema);
    let one = format!("CREATE USER {user} PASSWORD 'secret' CONNECTION LIMIT 1");
    raw.batch_execute(&one).await.unwrap();
    home.open().await;
    let grant = format!(
        "GRANT USAGE ON SCHEMA {0} TO {user}; GRANT ALL ON ALL TABLES IN SCHEMA {0} TO {user}",
        home.schema
    );
    raw.batch_execute(&grant).await.unwrap();
    let port = home.cluster.port();
    let connection = format!("postgres://{user}:secret@127.0.0.1:{port}/postgres?sslmode=disable");
    let options = options(&connection).schema(&home.schema);
    let store = options.open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    assert_eq!(kind(options.open().await.unwrap_err()), StoreErrorKind::Busy);
}

#[tokio::test]
async fn f13_a_database_that_only_reads_is_read_only_and_recovers() {
    let Some(home) = Home::new() else { return };
    let raw = connect(&home.cluster.tcp("postgres")).await;
    let database = format!("reads_{}", home.schema);
    raw.batch_execute(&format!("CREATE DATABASE {database}")).await.unwrap();
    let options = options(&home.cluster.tcp(&database));
    let store = options.open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let only_reads = |on| format!("ALTER DATABASE {database} SET default_transaction_read_only = {on}");
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
    raw.batch_execute(&only_reads("on")).await.unwrap();
    raw.execute(end, &[&database]).await.unwrap();
    assert_eq!(kind(options.open().await.unwrap_err()), StoreErrorKind::ReadOnly);
    // The first may meet a connection whose end it has not heard of.
    let mut kinds = Vec::new();
    while kinds.last() != Some(&StoreErrorKind::ReadOnly) {
        let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
        kinds.push(error.kind());
        assert!(kinds.len() < 10, "{kinds:?}");
    }
    raw.batch_execute(&only_reads("off")).await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_several_hosts_the_one_that_can_be_written_is_taken() {
    let setup = Setup::new().setting("default_transaction_read_only", "on");
    let Some(standby) = Cluster::start(setup) else { return };
    let Some(home) = Home::new() else { return };
    let both = with_ports(home.cluster, &[standby.port(), home.cluster.port()]);
    let store = options(&both).schema(&home.schema).open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    assert_eq!(home.open().await.read_journal(&reference("a")).await.unwrap().len(), 1);
}

/// F62: a row that was altered by hand is never returned as if nothing had happened, and holds up no other.
#[tokio::test]
async fn f62_an_altered_row_is_found_and_holds_up_no_other() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    for name in ["a", "b"] {
        let commit =
            step(name, 0, *b"150000").snapshot(*b"150000").messages(vec![message(&format!("{name}/1"))]);
        store.commit(commit).await.unwrap();
        store.insert_event(delivery(name, *b"150000")).await.unwrap();
    }
    store.integrity_check().await.unwrap();
    let raw = home.raw().await;
    let first = "(SELECT id FROM payment WHERE reference = 'a')";
    for change in [
        format!("UPDATE journal_entry SET bytes = '990000' WHERE payment_id = {first}"),
        format!("UPDATE snapshot SET bytes = '990000' WHERE payment_id = {first}"),
        "UPDATE outbox_message SET body = '990000' WHERE idempotency_key = 'a/1'".to_owned(),
        "UPDATE outbox_message SET idempotency_key = 'c/1' WHERE idempotency_key = 'a/1'".to_owned(),
        "UPDATE inbox_event SET body = '990000' WHERE event_id = 'evnt_test_a'".to_owned(),
    ] {
        // Triggers do not stop the owner of the tables.
        let set = |change: &str| format!("SET session_replication_role = replica; {change}; RESET ALL");
        raw.batch_execute("CREATE TABLE kept AS TABLE outbox_message").await.unwrap();
        raw.batch_execute(&set(&change)).await.unwrap();
        raw.batch_execute(&format!("SET search_path = {}", home.schema)).await.unwrap();
        assert_eq!(store.integrity_check().await.unwrap_err().kind(), StoreErrorKind::Corrupt, "{change}");
        let undo = "UPDATE journal_entry SET bytes = '150000'; UPDATE snapshot SET bytes = '150000';
            UPDATE inbox_event SET body = '150000';
            UPDATE outbox_message SET (idempotency_key, body) = (SELECT idempotency_key, body FROM kept
            WHERE kept.id = outbox_message.id); DROP TABLE kept";
        if change.contains("journal_entry") {
            assert_eq!(
                store.read_journal(&reference("a")).await.unwrap_err().kind(),
                StoreErrorKind::Corrupt
            );
        } else if change.contains("snapshot") {
            assert_eq!(store.load(&reference("a")).await.unwrap_err().kind(), StoreErrorKind::Corrupt);
        } else if change.contains("outbox") {
            let claimed = store.claim_messages(lease(1)).await.unwrap();
            let damaged: Vec<_> = claimed.iter().map(|message| message.damaged).collect();
            assert_eq!(damaged, [true, false], "{change}");
            assert!(claimed[0].body.is_empty());
            for message in claimed {
                store.fail_message(&message.key, message.claim, Duration::ZERO).await.unwrap();
            }
        } else {
            let claimed = store.claim_events(lease(1)).await.unwrap();
            let damaged: Vec<_> = claimed.iter().map(|event| event.damaged).collect();
            assert_eq!(damaged, [true, false], "{change}");
        }
        store.load(&reference("b")).await.unwrap();
        raw.batch_execute(&set(undo)).await.unwrap();
        raw.batch_execute(&format!("SET search_path = {}", home.schema)).await.unwrap();
        store.integrity_check().await.unwrap();
    }
}
