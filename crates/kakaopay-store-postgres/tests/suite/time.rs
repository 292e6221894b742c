//! The server's clock.

use std::time::Duration;

use kakaopay_store::{DeadlineChange, Store};
use kakaopay_store_postgres::tokio_postgres::Client;

use crate::support::{Home, delivery, lease, message, reference, step};

/// Puts all that waits an hour into the future, as if the server's clock had been set back by an hour, or an hour into
/// the past, as if an hour had passed.
async fn shift(raw: &Client, hours: i64) {
    let by = hours * 3_600_000;
    for (table, due) in [
        ("due_payment", "due_at"),
        ("inbox_queue", "visible_at"),
        ("outbox_queue", "visible_at"),
        ("job", "due_at"),
    ] {
        let shift = format!("UPDATE {table} SET set_at = set_at + {by}, {due} = {due} + {by}");
        raw.batch_execute(&shift).await.expect("shifted");
    }
}

#[tokio::test]
async fn f53_the_store_shows_the_servers_clock() {
    let Some(home) = Home::new() else { return };
    let (store, raw) = (home.open().await, home.raw().await);
    let server = async || {
        let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        raw.query_one(now, &[]).await.unwrap().get::<_, i64>(0)
    };
    let before = server().await;
    let shown = store.now().await.unwrap().unix_millis();
    assert!((before..=server().await).contains(&shown), "{before} {shown}");
}

/// No process of this test has seen the clock ahead: opening a store corrects what another has left, and so does
/// reading the backlog.
#[tokio::test]
async fn f53_rows_of_the_future_are_corrected_at_open_and_in_the_backlog() {
    let Some(home) = Home::new() else { return };
    let (store, raw) = (home.open().await, home.raw().await);
    let deadline = DeadlineChange::In(Duration::from_secs(3_600));
    store.commit(step("a", 0, *b"x").deadline(deadline).messages(vec![message("a/1")])).await.unwrap();
    store.insert_event(delivery("1", *b"x")).await.unwrap();
    assert_eq!(store.claim_events(lease(3_600)).await.unwrap().len(), 1);
    let claimed = store.claim_messages(lease(3_600)).await.unwrap().remove(0);
    assert!(store.claim_job("a", lease(3_600)).await.unwrap());
    for round in ["open", "backlog"] {
        shift(&raw, 7).await;
        let hours = store.next_due_in().await.unwrap().unwrap().as_secs() / 3_600;
        assert!((7..=8).contains(&hours), "{round}: {hours}");
        if round == "open" {
            home.open().await.close();
        } else {
            assert_eq!(store.backlog().await.unwrap().ahead, 4);
        }
        assert_eq!(store.backlog().await.unwrap().ahead, 0, "{round}");
        let next = store.next_due_in().await.unwrap().unwrap();
        assert!(next > Duration::ZERO && next <= Duration::from_secs(120), "{round}: {next:?}");
    }
    shift(&raw, -1).await;
    assert_eq!(store.claim_due(lease(3_600)).await.unwrap()[0].reference, reference("a"));
    assert_eq!(store.claim_events(lease(3_600)).await.unwrap().len(), 1);
    assert!(store.claim_job("a", lease(3_600)).await.unwrap());
    assert_eq!(store.claim_messages(lease(3_600)).await.unwrap()[0].key, claimed.key);
}
