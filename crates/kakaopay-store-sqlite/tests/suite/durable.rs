//! Acknowledged writes are durable.

use std::fs;
use std::time::Duration;

use kakaopay_store::{Commit, DeadlineChange, InsertOutcome, OutboxMessage, Seq, Store, StoreErrorKind};
use kakaopay_types::ChargeId;

use crate::support::{delivery, event, lease, open, place, reference, step};

fn full_step() -> Commit {
    step("a", 0, *b"one")
        .deadline(DeadlineChange::In(Duration::ZERO))
        .messages(vec![OutboxMessage::new("a/1", *b"paid")])
        .charge(ChargeId::parse("chrg_test_1").expect("a charge"))
}

#[tokio::test]
async fn i10_reopening_keeps_everything() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(full_step()).await.unwrap();
    store.insert_event(delivery("1", *b"first")).await.unwrap();
    store.insert_event(delivery("2", *b"done")).await.unwrap();
    store.complete_event(&event("2")).await.unwrap();
    let claimed = store.claim_messages(lease(3_600)).await.unwrap();
    store.close().await.unwrap();

    let store = open(&path);
    let journal = store.read_journal(&reference("a")).await.unwrap();
    assert_eq!((journal.len(), &*journal[0].bytes), (1, &b"one"[..]));
    let charge = ChargeId::parse("chrg_test_1").unwrap();
    assert_eq!(store.find_by_charge(&charge).await.unwrap(), Some(reference("a")));
    assert_eq!(store.claim_due(lease(60)).await.unwrap()[0].reference, reference("a"));
    let events = store.claim_events(lease(9)).await.unwrap();
    assert_eq!((events.len(), &*events[0].body), (1, &b"first"[..]));
    assert_eq!(store.insert_event(delivery("2", *b"again")).await.unwrap(), InsertOutcome::Duplicate);
    // The lease of the message outlives the store, and so does the claim.
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    store.complete_message(&claimed[0].key, claimed[0].claim).await.unwrap();
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    store.integrity_check().await.unwrap();
}

#[tokio::test]
async fn i10_what_is_acknowledged_is_in_the_files() {
    let (dir, path) = place();
    let store = open(&path);
    for seq in 0..5 {
        store.commit(step("a", seq, *b"x")).await.unwrap();
        // The files as a process would leave them that is killed right after the answer.
        let left = dir.path().join(format!("left-{seq}.db"));
        fs::copy(&path, &left).unwrap();
        fs::copy(dir.path().join("store.db-wal"), dir.path().join(format!("left-{seq}.db-wal"))).unwrap();
        let left = open(&left);
        let journal = left.read_journal(&reference("a")).await.unwrap();
        assert_eq!(journal.last().unwrap().seq, Seq::new(seq + 1));
        left.integrity_check().await.unwrap();
    }
}

#[tokio::test]
async fn closing_does_what_waits_and_refuses_what_comes() {
    let (_dir, path) = place();
    let store = open(&path);
    let mut writes = Vec::new();
    for number in 0..50 {
        let (store, name) = (store.clone(), format!("order-{number}"));
        writes.push(tokio::spawn(async move { store.commit(step(&name, 0, *b"x")).await }));
    }
    tokio::task::yield_now().await;
    store.close().await.unwrap();
    store.close().await.unwrap();
    let mut kept = Vec::new();
    for (number, write) in writes.into_iter().enumerate() {
        match write.await.unwrap() {
            Ok(_) => kept.push(format!("order-{number}")),
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Closed),
        }
    }
    let error = store.commit(step("late", 0, *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Closed);
    let error = store.read_journal(&reference("late")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Closed);

    let store = open(&path);
    for name in kept {
        assert_eq!(store.read_journal(&reference(&name)).await.unwrap().len(), 1);
    }
    assert!(store.read_journal(&reference("late")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_closed_store_leaves_one_file() {
    let (dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"x")).await.unwrap();
    store.close().await.unwrap();
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["store.db"]);
}

#[tokio::test]
async fn the_futures_need_no_runtime_and_can_be_dropped() {
    let (_dir, path) = place();
    let store = open(&path);
    // Made and never polled: nothing happens.
    drop(store.commit(step("a", 0, *b"x")));
    assert!(store.read_journal(&reference("a")).await.unwrap().is_empty());
}
