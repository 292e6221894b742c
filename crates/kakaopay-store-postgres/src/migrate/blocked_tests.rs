//! Migrations that others hold up.

use std::time::Duration;

use kakaopay_postgres_cluster::shared;
use kakaopay_store::{StoreError, StoreErrorKind};
use tokio::time::timeout;
use tokio_postgres::NoTls;

use super::tests::{INDEX, ONE, PATIENCE, WAITS, client, client_of, migrate, pid, until_waits};
use super::{LockHolder, LockWait};
use crate::open_error::PostgresOpenError;

/// What a migration that gives up names.
#[track_caller]
fn holders(error: PostgresOpenError, expected: i64) -> Vec<LockHolder> {
    let text = error.to_string();
    let PostgresOpenError::MigrationBlocked { version, holders, .. } = error else { panic!("{text}") };
    assert_eq!(version, expected);
    for holder in &holders {
        assert!(text.contains(&format!("process {} ({}", holder.pid, holder.application)), "{text}");
    }
    holders
}

const SHORT: LockWait = LockWait {
    attempt: Duration::from_millis(100),
    pause: Duration::from_millis(50),
    total: Duration::from_millis(400),
};

#[tokio::test]
async fn f43_who_holds_a_lock_for_too_long_is_named() {
    let Some(cluster) = shared() else { return };
    let Some((mut client, schema)) = client("held").await else { return };
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    for (lock, list) in [
        ("BEGIN; SELECT a FROM {schema}.one", [ONE, WAITS]),
        ("BEGIN; LOCK TABLE {schema}.one", [ONE, WAITS]),
        ("BEGIN; INSERT INTO {schema}.one VALUES (7)", [ONE, INDEX]),
        // It has no lock on the table, and an old snapshot.
        ("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1", [ONE, INDEX]),
    ] {
        let (holder, _) = client_of(cluster).await;
        let name = "SET application_name = 'nightly report'";
        holder.batch_execute(&format!("{name}; {}", schema.fill(lock))).await.unwrap();
        let error = super::migrate(&mut client, &schema, &list, SHORT).await.unwrap_err();
        assert_eq!(StoreError::from(error.at("here")).kind(), StoreErrorKind::Busy);
        let error = super::migrate(&mut client, &schema, &list, SHORT).await.unwrap_err();
        let found = holders(error, 2);
        let pid = pid(&holder).await;
        // Other tests have sessions, too.
        let found = found.iter().find(|found| found.pid == pid).unwrap();
        assert_eq!((found.application.as_str(), found.user.as_str()), ("nightly report", "keeper"));
        assert_eq!(found.state.as_deref(), Some("idle in transaction"), "{lock}");
        assert!(found.lasted.unwrap() >= SHORT.total);
        // The client's session is free of the lock, and of the wait.
        let locks = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'";
        assert_eq!(client.query_one(locks, &[]).await.unwrap().get::<_, i64>(0), 0);
    }
}

/// A user who may not see other sessions still learns their process and application.
#[tokio::test]
async fn f43_a_holder_is_named_as_far_as_it_may_be_seen() {
    let Some(cluster) = shared() else { return };
    let Some((admin, schema)) = client("seen").await else { return };
    admin
        .batch_execute(
            &schema.fill(
                "CREATE USER migrates PASSWORD 'secret'; CREATE SCHEMA {schema} AUTHORIZATION migrates",
            ),
        )
        .await
        .unwrap();
    let port = cluster.port();
    let migrates =
        format!("host=127.0.0.1 port={port} user=migrates password=secret dbname=postgres sslmode=disable");
    let (mut client, connection) = tokio_postgres::connect(&migrates, NoTls).await.unwrap();
    tokio::spawn(connection);
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    admin
        .batch_execute(&schema.fill("SET application_name = 'psql'; BEGIN; SELECT a FROM {schema}.one"))
        .await
        .unwrap();
    let found = holders(super::migrate(&mut client, &schema, &[ONE, WAITS], SHORT).await.unwrap_err(), 2);
    assert!(
        found
            .iter()
            .any(|found| { found.application == "psql" && found.state.is_none() && found.lasted.is_none() }),
        "{found:?}"
    );
}

/// While a migration waits for a long reader, others wait for at most one attempt, and it goes on after the reader.
#[tokio::test]
async fn f43_a_migration_that_waits_for_a_long_reader_holds_others_up_for_moments() {
    let Some(cluster) = shared() else { return };
    let Some((mut client, schema)) = client("reader").await else { return };
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    let ((reader, _), (other, _)) = (client_of(cluster).await, client_of(cluster).await);
    reader.batch_execute(&schema.fill("BEGIN; SELECT a FROM {schema}.one")).await.unwrap();
    let (waits, named) = (pid(&client).await, schema.clone());
    let begun = tokio::spawn(async move { migrate(&mut client, &named, &[ONE, WAITS]).await });
    for _ in 0..3 {
        until_waits(&other, waits, "relation").await;
        let read = schema.fill("SELECT a FROM {schema}.one");
        timeout(PATIENCE / 2, other.batch_execute(&read)).await.expect("it goes on").unwrap();
    }
    assert!(!begun.is_finished());
    reader.batch_execute("COMMIT").await.unwrap();
    begun.await.unwrap().unwrap();
}
