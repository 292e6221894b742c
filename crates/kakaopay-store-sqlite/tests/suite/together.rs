//! Work of the merchant, done in the transaction that completes a message.

use kakaopay_store::{ClaimedMessage, OutboxMessage, Store, StoreErrorKind};
use kakaopay_store_sqlite::SqliteStore;
use rusqlite::Connection;

use crate::support::{lease, open, place, step};

/// A store with a message, and the merchant's own table beside it.
async fn shop(path: &std::path::Path) -> SqliteStore {
    let store = open(path);
    let messages = vec![OutboxMessage::new("a/paid", *b"paid")];
    store.commit(step("a", 0, *b"one").messages(messages)).await.expect("no trouble");
    let own = Connection::open(path).expect("no trouble");
    own.execute_batch("CREATE TABLE shipment (message TEXT NOT NULL) STRICT").expect("no trouble");
    store
}

/// Claims the message for no time, so that the next claim gets it again.
async fn claim(store: &SqliteStore) -> Option<ClaimedMessage> {
    store.claim_messages(lease(0)).await.expect("no trouble").pop()
}

/// Ships, and completes the message.
async fn ship(store: &SqliteStore, message: &ClaimedMessage) -> Result<Option<usize>, StoreErrorKind> {
    let key = message.key.clone();
    let shipped = store.complete_in_transaction(&message.key, message.claim, move |own| {
        Ok(own.execute("INSERT INTO shipment (message) VALUES (?1)", [key])?)
    });
    shipped.await.map_err(|error| error.kind())
}

fn shipments(path: &std::path::Path) -> i64 {
    let own = Connection::open(path).expect("no trouble");
    own.query_row("SELECT count(*) FROM shipment", [], |row| row.get(0)).expect("no trouble")
}

#[tokio::test]
async fn i3_what_is_done_with_the_completion_is_done_once() {
    let (_dir, path) = place();
    let store = shop(&path).await;
    let zombie = claim(&store).await.expect("a message");
    let heir = claim(&store).await.expect("it has come back");
    assert_eq!(ship(&store, &heir).await, Ok(Some(1)));
    // The answer was lost, and it is done again: nothing happens.
    assert_eq!(ship(&store, &heir).await, Ok(None));
    // F40: whoever comes back after that ships nothing.
    assert_eq!(ship(&store, &zombie).await, Err(StoreErrorKind::StaleClaim));
    assert_eq!(shipments(&path), 1);
    assert_eq!(claim(&store).await, None);
}

#[tokio::test]
async fn i3_work_that_fails_leaves_the_message_pending() {
    let (_dir, path) = place();
    let store = shop(&path).await;
    let message = claim(&store).await.expect("a message");
    let failed = store.complete_in_transaction(&message.key, message.claim, |own| {
        own.execute("INSERT INTO shipment (message) VALUES ('half')", [])?;
        Err::<(), _>("out of stock".into())
    });
    let error = failed.await.expect_err("it failed");
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some("out of stock"));
    assert_eq!(shipments(&path), 0);
    let message = claim(&store).await.expect("it comes back");
    assert_eq!(ship(&store, &message).await, Ok(Some(1)));
}

/// I10: work that ends the transaction under the store is no success of anybody.
#[tokio::test]
async fn i10_work_that_ends_the_transaction_is_an_error() {
    let (_dir, path) = place();
    let store = shop(&path).await;
    let message = claim(&store).await.expect("a message");
    let ended =
        store.complete_in_transaction(&message.key, message.claim, |own| Ok(own.execute_batch("ROLLBACK")?));
    ended.await.expect_err("the transaction is gone");
    let message = claim(&store).await.expect("it comes back");
    assert_eq!(ship(&store, &message).await, Ok(Some(1)));
    assert_eq!(shipments(&path), 1);
}
