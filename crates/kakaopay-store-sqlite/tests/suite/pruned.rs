//! Payments whose history was replaced, in the file.

use kakaopay_store::{OutboxMessage, Prune, PruneOutcome, Seq, Store};
use rusqlite::Connection;

use crate::support::{delivery, event, lease, open, place, reference, step};

const PAYMENTS: u64 = 12;

/// A text that only one payment has, of such a length that it takes pages of its own.
fn secret(number: u64, length: usize) -> String {
    format!("<buyer {number}>{}", "x".repeat(length))
}

async fn filled(store: &impl Store, length: usize) {
    for number in 0..PAYMENTS {
        let (name, text) = (format!("order-{number}"), secret(number, length));
        store.insert_event(delivery(&number.to_string(), text.as_bytes())).await.expect("stored");
        for expected in 0..3 {
            let message = OutboxMessage::new(format!("{name}/{expected}"), text.as_bytes());
            let entry = step(&name, expected, format!("{expected} {text}").into_bytes());
            store.commit(entry.snapshot(text.as_bytes()).messages(vec![message])).await.expect("stored");
        }
        store.complete_event(&event(&number.to_string())).await.expect("stored");
    }
    loop {
        let claimed = store.claim_messages(lease(60)).await.expect("claimed");
        if claimed.is_empty() {
            return;
        }
        for message in claimed {
            store.complete_message(&message.key, message.claim).await.expect("stored");
        }
    }
}

/// Nothing of a pruned payment is left in the file, also where nothing else has used its space.
#[tokio::test]
async fn nothing_of_a_pruned_payment_is_left_in_the_file() {
    for length in [20, 1_000, 20_000] {
        let (_dir, path) = place();
        let store = open(&path);
        filled(&store, length).await;
        let pruned: Vec<_> = (0..PAYMENTS).filter(|number| number % 3 == 1).collect();
        for number in &pruned {
            let prune = Prune::new(reference(&format!("order-{number}")), Seq::new(3), *b"kept");
            assert_eq!(store.prune(prune).await.expect("pruned"), PruneOutcome::Pruned);
        }
        store.integrity_check().await.expect("sound");
        store.close().await.expect("closed");
        let bytes = std::fs::read(&path).expect("the file");
        let bytes = String::from_utf8_lossy(&bytes);
        for number in 0..PAYMENTS {
            let word = format!("<buyer {number}>");
            assert_eq!(bytes.contains(&word), !pruned.contains(&number), "{word}, {length}");
        }
    }
}

/// Only entries that were replaced can be deleted, and none can be changed.
#[tokio::test]
async fn i10_the_entries_of_a_pruned_payment_are_immutable() {
    let (_dir, path) = place();
    let store = open(&path);
    filled(&store, 20).await;
    let prune = Prune::new(reference("order-1"), Seq::new(3), *b"kept");
    assert_eq!(store.prune(prune).await.expect("pruned"), PruneOutcome::Pruned);
    store.commit(step("order-1", 4, *b"later")).await.expect("stored");
    store.close().await.expect("closed");
    let raw = Connection::open(&path).expect("a connection");
    for change in
        ["DELETE FROM journal_entry WHERE seq >= 4", "UPDATE journal_entry SET bytes = x'' WHERE seq = 4"]
    {
        let error = raw.execute_batch(change).expect_err("rejected");
        assert!(error.to_string().contains("immutable"), "{error}");
    }
    // A lost first entry is found, also by the store.
    raw.execute_batch("DROP TRIGGER journal_entry_rejects_delete; DELETE FROM journal_entry WHERE seq = 4")
        .expect("deleted");
    raw.close().expect("closed");
    let store = open(&path);
    store.load(&reference("order-1")).await.expect_err("damaged");
    store.read_journal(&reference("order-1")).await.expect_err("damaged");
    store.integrity_check().await.expect_err("damaged");
}
