//! Two stores on one file, as two processes have it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use kakaopay_store::conformance::TestClock;
use kakaopay_store::{DeadlineChange, OutboxMessage, Seq, Store, StoreErrorKind};

use kakaopay_store_sqlite::SqliteOptions;
use kakaopay_types::Timestamp;
use rusqlite::Connection;

use crate::support::{delivery, lease, open, open_with_clock, place, reference, step};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f40_of_two_stores_one_wins_each_place() {
    let (_dir, path) = place();
    let stores = [open(&path), open(&path)];
    let mut writers = Vec::new();
    for store in &stores {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let (mut seq, mut won) = (0, 0_u64);
            while seq < 30 {
                match store.commit(step("a", seq, *b"x")).await {
                    Ok(last) => {
                        won += 1;
                        seq = last.get();
                    }
                    Err(error) => match error.kind() {
                        StoreErrorKind::Conflict { found, .. } => seq = found.get(),
                        kind => panic!("{kind:?}"),
                    },
                }
            }
            won
        }));
    }
    let mut won = 0;
    for writer in writers {
        won += writer.await.unwrap();
    }
    assert_eq!(won, 30);
    for store in &stores {
        assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 30);
        store.integrity_check().await.unwrap();
    }
}

#[tokio::test]
async fn f40_what_one_store_claims_the_other_does_not_see() {
    let (_dir, path) = place();
    let (one, clock) = open_with_clock(&path);
    let other = SqliteOptions::new().clock(clock.clone()).open(&path).unwrap();
    let mut work = step("a", 0, *b"x");
    work.deadline = DeadlineChange::In(Duration::ZERO);
    work.messages = vec![OutboxMessage::new("a/1", *b"")];
    one.commit(work).await.unwrap();
    one.insert_event(delivery("1", *b"x")).await.unwrap();

    assert_eq!(one.claim_due(lease(8)).await.unwrap().len(), 1);
    assert_eq!(one.claim_events(lease(8)).await.unwrap().len(), 1);
    let zombie = one.claim_messages(lease(8)).await.unwrap().remove(0);
    clock.set(Timestamp::UNIX_EPOCH.saturating_add_seconds(7)).await;
    assert!(other.claim_due(lease(11)).await.unwrap().is_empty());
    assert!(other.claim_events(lease(11)).await.unwrap().is_empty());
    assert!(other.claim_messages(lease(11)).await.unwrap().is_empty());

    clock.set(Timestamp::UNIX_EPOCH.saturating_add_seconds(8)).await;
    // The first was given up; the second takes over, and the first comes back.
    assert_eq!(other.claim_due(lease(10)).await.unwrap().len(), 1);
    let heir = other.claim_messages(lease(10)).await.unwrap().remove(0);
    let refused = one.complete_message("a/1", zombie.claim).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::StaleClaim);
    other.commit(step("a", 1, *b"heir")).await.unwrap();
    assert!(one.commit(step("a", 1, *b"zombie")).await.unwrap_err().is_conflict());
    other.complete_message("a/1", heir.claim).await.unwrap();
    let journal = one.read_journal(&reference("a")).await.unwrap();
    assert_eq!(journal.last().unwrap().seq, Seq::new(2));
    assert_eq!(&*journal[1].bytes, b"heir");
}

/// A process whose clock was ahead may die before the clock is right, and then no other has seen how far it was.
#[tokio::test]
async fn f53_opening_corrects_what_another_process_set_ahead() {
    const YEAR: i64 = 365 * 86_400;
    let (_dir, path) = place();
    let at = |seconds| Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds);
    let (one, clock) = open_with_clock(&path);
    clock.set(at(YEAR)).await;
    let mut work = step("a", 0, *b"x");
    work.deadline = DeadlineChange::In(Duration::from_secs(2));
    one.commit(work).await.unwrap();
    one.close().await.unwrap();
    let (other, clock) = open_with_clock(&path);
    clock.set(at(119)).await;
    assert_eq!(other.claim_due(lease(60)).await.unwrap(), []);
    clock.set(at(120)).await;
    assert_eq!(other.claim_due(lease(60)).await.unwrap()[0].reference, reference("a"));
}

/// Corrections write nothing where nothing is to be corrected, so that opening a store waits for no other process.
#[tokio::test]
async fn f53_opening_a_store_that_another_process_writes_needs_no_lock() {
    let (_dir, path) = place();
    open(&path).close().await.unwrap();
    let busy = Connection::open(&path).unwrap();
    busy.execute_batch("BEGIN IMMEDIATE").unwrap();
    SqliteOptions::new().busy_timeout(Duration::from_millis(1)).open(&path).unwrap();
}

/// Another process writes all the time, and unlocks the file for a moment between two commits. It makes few of them
/// before it is this one's turn.
#[tokio::test]
async fn f68_f40_a_process_that_writes_all_the_time_lets_others_write() {
    let (_dir, path) = place();
    let store = open(&path);
    let (commits, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, stopped) = (Arc::clone(&commits), Arc::clone(&is_over));
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE own (number INTEGER)").unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    let writing = std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            other.execute_batch("BEGIN IMMEDIATE; INSERT INTO own VALUES (1); COMMIT").unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let before = commits.load(Ordering::SeqCst);
    for number in 0..100 {
        store.insert_event(delivery(&number.to_string(), *b"x")).await.unwrap();
    }
    let passed = commits.load(Ordering::SeqCst) - before;
    is_over.store(true, Ordering::SeqCst);
    writing.join().unwrap();
    assert!(passed < 100 * 50, "{passed} commits of the other came before 100 of this one");
}
