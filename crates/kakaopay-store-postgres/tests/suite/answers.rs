//! Answers of a server in trouble, which a trigger gives in its place.

use std::error::Error;
use std::time::Duration;

use kakaopay_store::{Commit, DeadlineChange, Store, StoreErrorKind};
use kakaopay_store_postgres::PostgresStore;
use kakaopay_store_postgres::tokio_postgres::Client;

use crate::support::{Home, message, reference, step};

/// A store whose journal rejects so many entries by a trigger. A sequence counts them, since it is not rolled back.
async fn refusing(times: u32, what: &str) -> Option<(PostgresStore, Client)> {
    let home = Home::new()?;
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.expect("stored");
    let raw = home.raw().await;
    let trigger = format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF nextval('{0}.tries') <= {times} THEN {what}; END IF; RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION refuse();",
        home.schema
    );
    raw.batch_execute(&trigger).await.expect("a trigger");
    Some((store, raw))
}

fn raise(code: &str) -> String {
    format!("RAISE EXCEPTION 'no room for swordfish' USING ERRCODE = '{code}'")
}

async fn tries(raw: &Client) -> i64 {
    raw.query_one("SELECT last_value FROM tries", &[]).await.expect("read").get(0)
}

/// A step that changes something in every table.
fn second() -> Commit {
    step("a", 1, *b"two")
        .deadline(DeadlineChange::In(Duration::from_secs(5)))
        .messages(vec![message("a/2")])
        .snapshot(*b"of two")
}

#[tokio::test]
async fn what_others_were_in_the_way_of_is_run_again() {
    for code in ["40001", "40P01"] {
        let Some((store, raw)) = refusing(3, &raise(code)).await else { return };
        store.commit(second()).await.unwrap();
        assert_eq!(tries(&raw).await, 4, "{code}");
        assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_others_stay_in_the_way_of_is_busy_after_a_bounded_number_of_tries() {
    let Some((store, raw)) = refusing(1000, &raise("40001")).await else { return };
    let error = store.commit(second()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    assert_eq!(tries(&raw).await, 11);
}

#[tokio::test]
async fn f13_a_full_disk_is_typed_and_leaves_nothing_and_recovers() {
    // It lasts longer than the call is repeated for.
    let Some((store, raw)) = refusing(1000, &raise("53100")).await else { return };
    let error = store.commit(second()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    // Of its own disk the server may speak.
    assert!(error.source().unwrap().to_string().contains("no room"));
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
    assert_eq!(store.load(&reference("a")).await.unwrap().snapshot, None);
    assert_eq!(store.next_due_in().await.unwrap(), None);
    assert!(tries(&raw).await > 2);
    raw.batch_execute("DROP TRIGGER refuse ON journal_entry").await.unwrap();
    store.commit(second()).await.unwrap();
}

#[tokio::test]
async fn f13_damage_that_the_server_finds_is_corrupt() {
    let Some((store, _raw)) = refusing(1, &raise("XX001")).await else { return };
    let error = store.commit(second()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    store.commit(second()).await.unwrap();
}

#[tokio::test]
async fn i7_what_is_not_about_the_server_is_not_repeated() {
    let Some((store, _raw)) = refusing(1, &raise("P0001")).await else { return };
    let error = store.commit(second()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other);
    let told = error.source().unwrap();
    assert!(told.to_string().ends_with("P0001") && !format!("{told:?}").contains("swordfish"), "{told:?}");
}

#[tokio::test]
async fn f13_an_operator_who_ends_the_connection_leaves_it_open_what_was_stored() {
    let end = "PERFORM pg_terminate_backend(pg_backend_pid())";
    let Some((store, _raw)) = refusing(1, end).await else { return };
    let error = store.commit(second()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    // In this case it was not, and the next connection works.
    store.commit(second()).await.unwrap();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 2);
}
