//! Full disks, locked files and floods: typed, and over when their cause is.

use std::error::Error;
use std::time::Duration;

use kakaopay_store::{DeadlineChange, Held, OutboxMessage, Store, StoreErrorKind};
use kakaopay_store_sqlite::SqliteOptions;
use rusqlite::Connection;

use crate::support::{delivery, event, impatient, lease, open, place, reference, step};

#[tokio::test]
async fn f13_disk_full_is_typed_and_recovers() {
    let (_dir, path) = place();
    let store = SqliteOptions::new().max_pages(60).open(&path).unwrap();
    let mut stored = 0;
    let error = loop {
        match store.commit(step("a", stored, vec![7; 20_000])).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 60, "the limit does not hold");
    };
    assert!(stored > 0);
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert!(error.source().is_some());
    let journal = store.read_journal(&reference("a")).await.unwrap();
    assert_eq!(u64::try_from(journal.len()).unwrap(), stored);
    store.integrity_check().await.unwrap();
    store.close().await.unwrap();

    let store = open(&path);
    store.commit(step("a", stored, vec![7; 20_000])).await.unwrap();
    let journal = store.read_journal(&reference("a")).await.unwrap();
    assert_eq!(u64::try_from(journal.len()).unwrap(), stored + 1);
    store.integrity_check().await.unwrap();
}

#[tokio::test]
async fn f13_a_full_store_goes_on_by_itself_when_there_is_room() {
    let (_dir, path) = place();
    let store = SqliteOptions::new().max_pages(60).open(&path).unwrap();
    let mut stored = 0;
    let error = loop {
        match store.insert_event(delivery(&stored.to_string(), vec![7; 20_000])).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 60, "the limit does not hold");
    };
    assert_eq!(error.kind(), StoreErrorKind::Full);
    // Not acknowledged, so not there: only what was.
    assert_eq!(store.claim_events(lease(1)).await.unwrap().len(), stored);

    let raw = Connection::open(&path).unwrap();
    raw.execute("DELETE FROM inbox_event WHERE id <= 2", []).unwrap();
    store.insert_event(delivery("later", vec![7; 20_000])).await.unwrap();
    store.integrity_check().await.unwrap();
}

/// How many bytes the numbers of a table's rows take in the file.
fn bytes_of_numbers(file: &Connection, table: &str, columns: &[&str]) -> usize {
    let size = |number: Option<i64>| match number.unwrap_or_default() {
        0 | 1 => 0,
        number => {
            [1, 2, 3, 4, 6].into_iter().find(|bytes| number >> (bytes * 8 - 1) == number >> 63).unwrap_or(8)
        }
    };
    let sql = format!("SELECT {} FROM {table}", columns.join(", "));
    let mut rows = file.prepare(&sql).expect("a statement");
    let sum = |row: &rusqlite::Row<'_>| {
        (0..columns.len()).map(|column| row.get(column).map(size)).sum::<rusqlite::Result<usize>>()
    };
    rows.query_map([], sum).expect("read").sum::<rusqlite::Result<usize>>().expect("numbers")
}

/// A full file has no room for longer rows, and its work must go on.
#[tokio::test]
async fn f13_no_claim_makes_a_row_longer() {
    let (_dir, path) = place();
    let store = open(&path);
    let commit = step("a", 0, *b"one").messages(vec![OutboxMessage::new("a/paid".to_owned(), *b"x")]);
    store.commit(commit.deadline(DeadlineChange::In(Duration::ZERO))).await.unwrap();
    store.insert_event(delivery("1", *b"x")).await.unwrap();
    let raw = Connection::open(&path).unwrap();
    let sizes = || {
        [
            bytes_of_numbers(&raw, "payment", &["due_at", "due_set_at", "due_claim"]),
            bytes_of_numbers(&raw, "inbox_event", &["visible_at", "set_at", "claim"]),
            bytes_of_numbers(&raw, "outbox_message", &["visible_at", "set_at", "claim", "is_claimed"]),
        ]
    };
    let before = sizes();
    for _ in 0..3 {
        let payment = store.claim_due(lease(0)).await.unwrap().remove(0);
        let event = store.claim_events(lease(0)).await.unwrap().remove(0);
        let message = store.claim_messages(lease(0)).await.unwrap().remove(0);
        assert_eq!(sizes(), before);
        let held = [
            Held::Payment(payment.reference, payment.claim),
            Held::Event(event.event, event.claim),
            Held::Message(message.key, message.claim),
        ];
        store.renew(&held, Duration::ZERO).await.unwrap();
        assert_eq!(sizes(), before);
    }
}

#[tokio::test]
async fn f13_a_group_on_a_full_disk_acknowledges_only_what_it_stored() {
    let (_dir, path) = place();
    let store = SqliteOptions::new().max_pages(60).open(&path).unwrap();
    let mut writes = Vec::new();
    for number in 0..40 {
        let (store, name) = (store.clone(), format!("order-{number}"));
        writes.push(tokio::spawn(async move { (store.commit(step(&name, 0, vec![7; 20_000])).await, name) }));
    }
    let mut refused = 0;
    for write in writes {
        let (result, name) = write.await.unwrap();
        let found = store.read_journal(&reference(&name)).await.unwrap().len();
        match result {
            Ok(_) => assert_eq!(found, 1, "{name} was acknowledged"),
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Full);
                assert_eq!(found, 0, "{name} was refused");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
    store.integrity_check().await.unwrap();
}

#[tokio::test]
async fn f13_a_locked_file_is_busy_and_recovers() {
    let (_dir, path) = place();
    let store = impatient().open(&path).unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = store.commit(step("a", 1, *b"two")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    let error = store.insert_event(delivery("1", *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    // Reading goes on meanwhile.
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
    other.execute_batch("ROLLBACK").unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    store.insert_event(delivery("1", *b"x")).await.unwrap();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
}

#[tokio::test]
async fn f13_a_file_that_another_holds_alone_is_busy_and_recovers() {
    let (_dir, path) = place();
    open(&path).close().await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;").unwrap();
    let error = impatient().open(&path).unwrap_err();
    assert_eq!(kakaopay_store::StoreError::from(error).kind(), StoreErrorKind::Busy);
    drop(other);
    let store = impatient().open(&path).unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
}

#[tokio::test]
async fn f33_a_flood_is_refused_and_not_kept() {
    let (_dir, path) = place();
    let store = SqliteOptions::new().max_queued_calls(4).open(&path).unwrap();
    // Holds the writer up, so that calls have to wait.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut calls = Vec::new();
    for number in 0..40 {
        let store = store.clone();
        calls.push(tokio::spawn(
            async move { store.insert_event(delivery(&number.to_string(), *b"x")).await },
        ));
    }
    // Each call is made on its first poll, and this is the only thread that polls.
    tokio::task::yield_now().await;
    other.execute_batch("ROLLBACK").unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => accepted += 1,
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Busy);
                refused += 1;
            }
        }
    }
    assert!(refused > 0 && accepted >= 4, "{accepted} accepted, {refused} refused");
    assert_eq!(store.claim_events(lease(1)).await.unwrap().len(), accepted);
}

/// Removes the last entry of a journal, or the one before, past the store.
async fn damaged(path: &std::path::Path, seq: u64) {
    let store = open(path);
    store.commit(step("a", 0, *b"one")).await.expect("no error");
    store.commit(step("a", 1, *b"two")).await.expect("no error");
    store.integrity_check().await.expect("no error");
    store.close().await.expect("no error");
    let raw = Connection::open(path).expect("no error");
    raw.execute_batch("DROP TRIGGER journal_entry_rejects_delete").expect("no error");
    raw.execute("DELETE FROM journal_entry WHERE seq = ?1", [seq.cast_signed()]).expect("no error");
}

#[tokio::test]
async fn a_journal_that_lacks_an_entry_is_corrupt() {
    for missing in [1, 2] {
        let (_dir, path) = place();
        damaged(&path, missing).await;
        let store = open(&path);
        let error = store.integrity_check().await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{missing}");
        let error = store.read_journal(&reference("a")).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{missing}");
        let error = store.load(&reference("a")).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{missing}");
        // Damage does not end the reader.
        store.complete_event(&event("1")).await.unwrap();
        assert!(store.read_journal(&reference("b")).await.unwrap().is_empty());
    }
}
