//! A file with a newer schema, or with one that lacks a column.

use std::fs;
use std::time::Duration;

use kakaopay_store::{InsertOutcome, OutboxMessage, SchemaError, Store};
use kakaopay_store_sqlite::{SqliteOpenError, SqliteStore};
use rusqlite::Connection;

use crate::support::{delivery, lease, open, place, reference, step};

/// A later version may add to the schema.
const ADDS: &str = "
    BEGIN IMMEDIATE;
    ALTER TABLE outbox_message ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE payment ADD COLUMN shop TEXT;
    CREATE TABLE later (payment_id INTEGER PRIMARY KEY REFERENCES payment (id)) STRICT;
    INSERT INTO migration VALUES (2, 'later', 2);
    PRAGMA user_version = 2;
    COMMIT;";

/// During a rolling deployment: an open store keeps working, and opening it again fails, unless the
/// migration lets programs of this version go on.
#[tokio::test]
async fn f43_a_store_that_is_open_goes_on_under_a_newer_schema_which_others_open_if_it_lets_them() {
    let (_dir, path) = place();
    let store = open(&path);
    let one = || OutboxMessage::new("a/1", *b"one");
    store.commit(step("a", 0, *b"one").messages(vec![one()])).await.unwrap();
    let claimed = store.claim_messages(lease(10)).await.unwrap().remove(0);
    Connection::open(&path).unwrap().execute_batch(ADDS).unwrap();

    store.commit(step("a", 1, *b"two").messages(vec![one()])).await.unwrap();
    store.commit(step("b", 0, *b"one")).await.unwrap();
    store.complete_message(&claimed.key, claimed.claim).await.unwrap();
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    assert_eq!(store.insert_event(delivery("1", *b"x")).await.unwrap(), InsertOutcome::Inserted);
    assert_eq!(store.claim_events(lease(9)).await.unwrap().len(), 1);
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
    let next = store.next_due_in().await.unwrap().expect("an event");
    assert!(next > Duration::ZERO && next <= Duration::from_secs(9), "{next:?}");
    store.close().await.unwrap();

    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(
        matches!(error, SqliteOpenError::Schema(SchemaError::Newer { found: 2, supported: 1, .. })),
        "{error}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("UPDATE migration SET usable_from = 1 WHERE version = 2").unwrap();
    raw.close().unwrap();
    let older = open(&path);
    older.integrity_check().await.unwrap();
    older.commit(step("a", 2, *b"three")).await.unwrap();
    assert_eq!(older.read_journal(&reference("a")).await.unwrap().len(), 3);
}

/// A schema that lacks a column fails the calls that need it, and those store nothing.
#[tokio::test]
async fn f43_a_schema_without_what_a_call_needs_is_an_error_and_stores_nothing() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("ALTER TABLE outbox_message RENAME COLUMN body TO contents").unwrap();
    let messages = vec![OutboxMessage::new("a/1", *b"one")];
    store.commit(step("a", 1, *b"two").messages(messages)).await.unwrap_err();
    store.claim_messages(lease(10)).await.unwrap_err();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
    store.commit(step("a", 1, *b"two")).await.unwrap();
}
