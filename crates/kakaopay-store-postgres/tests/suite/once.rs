//! Completing a message in a transaction of the merchant's own.

use kakaopay_store::{ClaimedMessage, Store, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::Client;
use kakaopay_store_postgres::{Completion, PostgresStore};

use crate::support::{Home, lease, message, step};

/// A ledger with one message, and the shop's own table beside it.
async fn shop() -> Option<(PostgresStore, Client)> {
    let home = Home::new()?;
    let store = home.open().await;
    let commit = step("a", 0, *b"x").messages(vec![message("a/settled")]);
    store.commit(commit).await.expect("stored");
    let shop = home.raw().await;
    shop.batch_execute("CREATE TABLE shipment (reference text)").await.expect("a table");
    Some((store, shop))
}

async fn claim(store: &PostgresStore, now: i64) -> ClaimedMessage {
    store.claim_messages(lease(now, now + 10)).await.expect("claimed").remove(0)
}

/// Ships within a transaction, unless the message was completed before; commits on request only.
async fn ship(
    store: &PostgresStore,
    shop: &mut Client,
    message: &ClaimedMessage,
    commit: bool,
) -> Completion {
    let transaction = shop.transaction().await.expect("a transaction");
    let told =
        store.complete_in_transaction(&transaction, &message.key, message.claim).await.expect("completed");
    if told == Completion::Completed {
        transaction.execute("INSERT INTO shipment VALUES ('a')", &[]).await.expect("shipped");
    }
    if commit {
        transaction.commit().await.expect("committed");
    }
    told
}

async fn shipments(shop: &Client) -> i64 {
    shop.query_one("SELECT count(*) FROM shipment", &[]).await.expect("read").get(0)
}

#[tokio::test]
async fn i3_what_a_message_leads_to_happens_once() {
    let Some((store, mut shop)) = shop().await else { return };
    let message = claim(&store, 1).await;
    assert_eq!(ship(&store, &mut shop, &message, true).await, Completion::Completed);
    // The answer to that commit was lost: the shop does it again, and learns that it was done.
    assert_eq!(ship(&store, &mut shop, &message, true).await, Completion::AlreadyCompleted);
    assert_eq!(shipments(&shop).await, 1);
    assert!(store.claim_messages(lease(99, 100)).await.unwrap().is_empty());
    store.complete_message(&message.key, message.claim).await.unwrap();
}

#[tokio::test]
async fn i3_a_transaction_that_is_taken_back_leaves_the_message() {
    let Some((store, mut shop)) = shop().await else { return };
    let message = claim(&store, 1).await;
    assert_eq!(ship(&store, &mut shop, &message, false).await, Completion::Completed);
    assert_eq!(shipments(&shop).await, 0);
    let again = claim(&store, 11).await;
    assert_eq!(again.key, message.key);
    assert_eq!(ship(&store, &mut shop, &again, true).await, Completion::Completed);
    assert_eq!(shipments(&shop).await, 1);
}

#[tokio::test]
async fn f40_a_zombie_cannot_complete_in_its_transaction() {
    let Some((store, mut shop)) = shop().await else { return };
    let zombie = claim(&store, 1).await;
    let heir = claim(&store, 11).await;
    let transaction = shop.transaction().await.unwrap();
    let error = store.complete_in_transaction(&transaction, &zombie.key, zombie.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    transaction.rollback().await.unwrap();
    assert_eq!(ship(&store, &mut shop, &heir, true).await, Completion::Completed);
    let transaction = shop.transaction().await.unwrap();
    let error = store.complete_in_transaction(&transaction, &zombie.key, zombie.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
}

#[tokio::test]
async fn f40_a_message_being_completed_cannot_be_claimed() {
    let Some((store, mut shop)) = shop().await else { return };
    let message = claim(&store, 1).await;
    let transaction = shop.transaction().await.unwrap();
    let told = store.complete_in_transaction(&transaction, &message.key, message.claim).await.unwrap();
    assert_eq!(told, Completion::Completed);
    // Its lease is over, and it is passed over all the same.
    assert!(store.claim_messages(lease(99, 100)).await.unwrap().is_empty());
    transaction.commit().await.unwrap();
    assert!(store.claim_messages(lease(99, 100)).await.unwrap().is_empty());
}
