//! Completing a message in a transaction of the merchant's own.

use std::time::Duration;

use kakaopay_store::{ClaimedMessage, Held, Lane, Skip, SkipOutcome, Store, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::Client;
use kakaopay_store_postgres::{Completion, PostgresStore};
use tokio::time::timeout;

use crate::support::{Home, lease, message, step};

/// A store with one message, and the shop's own table beside it.
async fn shop() -> Option<(PostgresStore, Client)> {
    let home = Home::new()?;
    let store = home.open().await;
    let commit = step("a", 0, *b"x").messages(vec![message("a/paid")]);
    store.commit(commit).await.expect("stored");
    let shop = home.raw().await;
    shop.batch_execute("CREATE TABLE shipment (reference text)").await.expect("a table");
    Some((store, shop))
}

async fn claim(store: &PostgresStore, seconds: u64) -> ClaimedMessage {
    store.claim_messages(lease(seconds)).await.expect("claimed").remove(0)
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
    let message = claim(&store, 0).await;
    assert_eq!(ship(&store, &mut shop, &message, true).await, Completion::Completed);
    // The answer to that commit was lost: the shop does it again, and learns that it was done.
    assert_eq!(ship(&store, &mut shop, &message, true).await, Completion::AlreadyCompleted);
    assert_eq!(shipments(&shop).await, 1);
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    store.complete_message(&message.key, message.claim).await.unwrap();
}

#[tokio::test]
async fn i3_a_transaction_that_is_taken_back_leaves_the_message() {
    let Some((store, mut shop)) = shop().await else { return };
    let message = claim(&store, 0).await;
    assert_eq!(ship(&store, &mut shop, &message, false).await, Completion::Completed);
    assert_eq!(shipments(&shop).await, 0);
    let again = claim(&store, 0).await;
    assert_eq!(again.key, message.key);
    assert_eq!(ship(&store, &mut shop, &again, true).await, Completion::Completed);
    assert_eq!(shipments(&shop).await, 1);
}

#[tokio::test]
async fn f40_a_zombie_cannot_complete_in_its_transaction() {
    let Some((store, mut shop)) = shop().await else { return };
    let zombie = claim(&store, 0).await;
    let heir = claim(&store, 0).await;
    let transaction = shop.transaction().await.unwrap();
    let error = store.complete_in_transaction(&transaction, &zombie.key, zombie.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    transaction.rollback().await.unwrap();
    assert_eq!(ship(&store, &mut shop, &heir, true).await, Completion::Completed);
    let transaction = shop.transaction().await.unwrap();
    let error = store.complete_in_transaction(&transaction, &zombie.key, zombie.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
}

/// The keys that a claim finds.
async fn claimable(store: &PostgresStore) -> Vec<String> {
    let claimed = store.claim_messages(lease(600)).await.expect("claimed");
    claimed.into_iter().map(|message| message.key).collect()
}

/// The next message of a payment waits for the transaction that completes the first one, and a commit does not.
#[tokio::test]
async fn f48_the_next_message_waits_for_an_open_transaction() {
    let Some((store, mut shop)) = shop().await else { return };
    let paid = claim(&store, 600).await;
    store.commit(step("a", 1, *b"y").messages(vec![message("a/refund/1")])).await.unwrap();
    for commits in [false, true] {
        let transaction = shop.transaction().await.unwrap();
        let completion = store.complete_in_transaction(&transaction, &paid.key, paid.claim).await.unwrap();
        assert_eq!(completion, Completion::Completed);
        let (seq, key) = if commits { (3, "a/refund/3") } else { (2, "a/refund/2") };
        store.commit(step("a", seq, *b"z").messages(vec![message(key)])).await.unwrap();
        assert!(store.claim_messages(lease(600)).await.unwrap().is_empty());
        if commits {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
            assert!(store.claim_messages(lease(600)).await.unwrap().is_empty());
        }
    }
    // Neither the claim nor the transaction has left the others with a later time.
    for key in ["a/refund/1", "a/refund/2", "a/refund/3"] {
        let next = claim(&store, 600).await;
        assert_eq!(next.key, key);
        assert!(store.claim_messages(lease(600)).await.unwrap().is_empty());
        store.complete_message(key, next.claim).await.unwrap();
    }
}

/// A claim that another worker has not committed holds the next message back, also after the lease.
#[tokio::test]
async fn f48_the_next_message_waits_for_a_claim_in_progress() {
    let Some(home) = Home::new() else { return };
    let (store, mut other) = (home.open().await, home.raw().await);
    let messages = vec![message("a/paid"), message("a/refund/1")];
    store.commit(step("a", 0, *b"x").messages(messages)).await.unwrap();
    store.commit(step("b", 0, *b"x").messages(vec![message("b/paid")])).await.unwrap();
    let transaction = other.transaction().await.unwrap();
    let claims = "UPDATE outbox_queue SET claim = claim + 1, visible_at = 20000 WHERE outbox_message_id = (
        SELECT outbox_message_id FROM outbox_queue ORDER BY 1 LIMIT 1 FOR UPDATE)";
    assert_eq!(transaction.execute(claims, &[]).await.unwrap(), 1);
    assert_eq!(claimable(&store).await, ["b/paid"]);
    transaction.rollback().await.unwrap();
    assert_eq!(claimable(&store).await, ["a/paid"]);
}

/// A claim or failure moves the messages that wait behind it out of the way of later claims, and a completion back.
#[tokio::test]
async fn f48_claims_do_not_read_past_messages_that_wait() {
    let Some(home) = Home::new() else { return };
    let ((store, clock), shop) = (home.open_with_clock().await, home.raw().await);
    store.commit(step("a", 0, *b"x").messages(vec![message("a/paid")])).await.unwrap();
    let ahead = async || {
        let ahead = "SELECT count(*) FROM outbox_queue WHERE visible_at <= 9000";
        shop.query_one(ahead, &[]).await.unwrap().get::<_, i64>(0)
    };
    let refunds = vec![message("a/refund/1"), message("a/refund/2"), message("a/alert").lane(Lane::Alert)];
    store.commit(step("a", 1, *b"y").messages(refunds)).await.unwrap();
    assert_eq!(ahead().await, 4);
    clock.at(1).await;
    let claimed = store.claim_messages(lease(9)).await.unwrap();
    assert_eq!((claimed.len(), ahead().await), (2, 0));
    store.fail_message(&claimed[0].key, claimed[0].claim, Duration::from_secs(7)).await.unwrap();
    assert_eq!(ahead().await, 3);
    clock.at(8).await;
    let paid = store.claim_messages(lease(2)).await.unwrap().remove(0);
    assert_eq!(ahead().await, 0);
    store.complete_message(&paid.key, paid.claim).await.unwrap();
    assert_eq!(ahead().await, 2);
    let refund = store.claim_messages(lease(2)).await.unwrap().remove(0);
    assert_eq!((refund.key.as_str(), ahead().await), ("a/refund/1", 0));
    let skipped = store.skip_message("a/refund/1", Skip::new("Mina", "by hand")).await.unwrap();
    assert_eq!((skipped, ahead().await), (SkipOutcome::Skipped, 1));
}

/// A person's decision waits for the transaction that completes the message, and comes too late.
#[tokio::test]
async fn f50_a_message_that_is_being_completed_is_not_skipped() {
    let Some((store, mut shop)) = shop().await else { return };
    let paid = claim(&store, 600).await;
    store.commit(step("a", 1, *b"y").messages(vec![message("a/refund/1")])).await.unwrap();
    let transaction = shop.transaction().await.unwrap();
    let completion = store.complete_in_transaction(&transaction, &paid.key, paid.claim).await.unwrap();
    assert_eq!(completion, Completion::Completed);
    let skipping = tokio::spawn({
        let store = store.clone();
        async move { store.skip_message("a/paid", Skip::new("Mina", "by hand")).await.unwrap() }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND query LIKE '%' || current_setting('search_path') || '%skipped_by%'";
    while transaction.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        // A transaction keeps the first picture of the sessions that it has seen.
        transaction.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(skipping.await.unwrap(), SkipOutcome::AlreadyCompleted);
    assert_eq!(claim(&store, 600).await.key, "a/refund/1");
}

/// Nor does a transaction complete what was skipped.
#[tokio::test]
async fn f50_a_skipped_message_is_not_completed_in_a_transaction() {
    let Some((store, mut shop)) = shop().await else { return };
    let paid = claim(&store, 600).await;
    let skipped = store.skip_message(&paid.key, Skip::new("Mina", "by hand")).await.unwrap();
    assert_eq!(skipped, SkipOutcome::Skipped);
    let transaction = shop.transaction().await.unwrap();
    let error = store.complete_in_transaction(&transaction, &paid.key, paid.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
}

#[tokio::test]
async fn f40_a_message_being_completed_cannot_be_claimed() {
    let Some((store, mut shop)) = shop().await else { return };
    let message = claim(&store, 0).await;
    let transaction = shop.transaction().await.unwrap();
    let told = store.complete_in_transaction(&transaction, &message.key, message.claim).await.unwrap();
    assert_eq!(told, Completion::Completed);
    // Its lease is over, and it is passed over all the same.
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
    transaction.commit().await.unwrap();
    assert!(store.claim_messages(lease(0)).await.unwrap().is_empty());
}

/// A handler that has completed its message and works on keeps no other lease from being renewed.
#[tokio::test]
async fn f48_a_renewal_does_not_wait_for_an_open_transaction() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    for name in ["a", "b", "c"] {
        store.commit(step(name, 0, *b"x").messages(vec![message(name)])).await.unwrap();
    }
    let claimed = store.claim_messages(lease(1)).await.unwrap();
    let mut shop = home.raw().await;
    let transaction = shop.transaction().await.unwrap();
    let second = &claimed[1];
    let completion = store.complete_in_transaction(&transaction, &second.key, second.claim).await.unwrap();
    assert_eq!(completion, Completion::Completed);
    let held: Vec<_> =
        claimed.iter().map(|message| Held::Message(message.key.clone(), message.claim)).collect();
    let renewed = timeout(Duration::from_secs(5), store.renew(&held, Duration::from_secs(600))).await;
    renewed.expect("renewed at once").unwrap();
    let raw = home.raw().await;
    let long = "SELECT count(*) FROM outbox_queue WHERE visible_at - set_at = 600000";
    assert_eq!(raw.query_one(long, &[]).await.unwrap().get::<_, i64>(0), 2);
    transaction.commit().await.unwrap();
    assert!(store.claim_messages(lease(1)).await.unwrap().is_empty());
}
