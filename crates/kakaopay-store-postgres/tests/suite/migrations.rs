//! Schemas that are refused, and that they are left as they were; and many who open at once.

use kakaopay_store::{Commit, InsertOutcome, Seq, Store, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::Row;
use kakaopay_store_postgres::{OpenError, PostgresOptions};

use crate::support::{Home, connect, delivery, kind, lease, message, reference, step};

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    home.raw().await.execute("INSERT INTO migration VALUES (2, 'newer')", &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 2, supported: 1 }), "{error}");
    assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
}

/// What a version after this one may do to the schema while processes of this one go on: add to it.
const ADDS: &str = "
    BEGIN;
    ALTER TABLE outbox ADD COLUMN urgency bigint NOT NULL DEFAULT 0;
    ALTER TABLE payment ADD COLUMN shop text;
    CREATE TABLE later (payment bigint NOT NULL PRIMARY KEY REFERENCES payment);
    INSERT INTO migration VALUES (2, 'later');
    COMMIT;";

/// A deployment is rolled out and back: whoever has the ledger open goes on, on the connections it has and on new
/// ones, and whoever opens it is told.
#[tokio::test]
async fn f43_a_store_that_is_open_goes_on_under_a_newer_schema_and_no_other_opens_it() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    let one = || Commit { messages: vec![message("a/1")], ..step("a", 0, *b"one") };
    store.commit(one()).await.unwrap();
    let claimed = store.claim_messages(lease(1, 10)).await.unwrap().remove(0);
    let raw = home.raw().await;
    raw.batch_execute(ADDS).await.unwrap();
    for connections in ["as they are", "new"] {
        if connections == "new" {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                       AND application_name = 'kakaopay' AND strpos(query, $1 || '.') > 0";
            raw.execute(end, &[&home.schema]).await.unwrap();
        }
        let name = format!("order {connections}").replace(' ', "-");
        let again = || Commit { messages: vec![message(&format!("{name}/1"))], ..step(&name, 0, *b"one") };
        // A connection that has just ended leaves it open what was stored, which is not what is asked here.
        let mut stored = store.commit(again()).await;
        while stored.as_ref().is_err_and(|error| error.kind() == StoreErrorKind::Io) {
            stored = store.commit(again()).await;
        }
        assert_eq!(stored.unwrap(), Seq::new(1));
        assert_eq!(store.claim_messages(lease(1, 10)).await.unwrap().len(), 1);
        assert_eq!(store.read_journal(&reference(&name)).await.unwrap().len(), 1);
        assert_eq!(
            store.insert_event(delivery(connections.split(' ').next().unwrap(), *b"x")).await.unwrap(),
            InsertOutcome::Inserted
        );
        assert_eq!(store.claim_events(lease(5, 9)).await.unwrap().len(), 1);
    }
    store.complete_message(&claimed.key, claimed.claim).await.unwrap();
    store.integrity_check().await.unwrap();
    let all = "SELECT count(*), max(version) FROM migration";
    let before = raw.query_one(all, &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 2, supported: 1 }), "{error}");
    let after = raw.query_one(all, &[]).await.unwrap();
    let seen = |row: &Row| (row.get::<_, i64>(0), row.get::<_, i64>(1));
    assert_eq!((seen(&after), seen(&before)), ((2, 2), (2, 2)));
}

/// A schema that takes away what a call needs is an error of that call, and nothing is stored.
#[tokio::test]
async fn f43_a_schema_without_what_a_call_needs_is_foreign_and_stores_nothing() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.unwrap();
    home.raw().await.batch_execute("ALTER TABLE message RENAME COLUMN body TO contents").await.unwrap();
    let two = Commit { messages: vec![message("a/1")], ..step("a", 1, *b"two") };
    let error = store.commit(two).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::UnrecognizedSchema);
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn f43_who_only_looks_changes_nothing() {
    let Some(home) = Home::new() else { return };
    let look = async || home.options().skip_migrations().open().await;
    let missing = look().await.unwrap_err();
    assert!(matches!(missing, OpenError::OlderSchema { found: 0, supported: 1 }), "{missing}");
    assert_eq!(kind(missing), StoreErrorKind::UnrecognizedSchema);
    let count = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
    let schemas: i64 = home.raw().await.query_one(count, &[&home.schema]).await.unwrap().get(0);
    assert_eq!(schemas, 0);
    home.open().await;
    look().await.expect("a ledger");
}

#[tokio::test]
async fn an_altered_schema_is_refused() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    home.raw().await.execute("UPDATE migration SET checksum = 'other'", &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(matches!(error, OpenError::AlteredSchema { version: 1 }), "{error}");
    assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
}

#[tokio::test]
async fn a_schema_of_another_program_is_refused_and_left_alone() {
    for table in ["payment (id bigint)", "migration (name text)"] {
        let Some(home) = Home::new() else { return };
        let raw = home.raw().await;
        raw.batch_execute(&format!("CREATE SCHEMA {0}; CREATE TABLE {0}.{table}", home.schema))
            .await
            .unwrap();
        let error = home.options().open().await.unwrap_err();
        assert!(matches!(error, OpenError::UnrecognizedSchema), "{error}");
        assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
        let count = "SELECT count(*) FROM pg_tables WHERE schemaname = $1";
        let tables: i64 = raw.query_one(count, &[&home.schema]).await.unwrap().get(0);
        assert_eq!(tables, 1);
    }
}

#[tokio::test]
async fn an_empty_schema_becomes_a_ledger() {
    let Some(home) = Home::new() else { return };
    home.raw().await.batch_execute(&format!("CREATE SCHEMA {}", home.schema)).await.unwrap();
    home.open().await.commit(step("a", 0, *b"x")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_make_the_same_ledger_at_once() {
    for _ in 0..5 {
        let Some(home) = Home::new() else { return };
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let options = home.options();
                tokio::spawn(async move { options.open().await.expect("a ledger") })
            })
            .collect();
        for (number, store) in opening.into_iter().enumerate() {
            let name = format!("order-{number}");
            store.await.unwrap().commit(step(&name, 0, *b"x")).await.unwrap();
        }
    }
}

/// Whoever runs the shop need not be the one who made the tables.
#[tokio::test]
async fn a_user_who_may_make_no_tables_opens_a_ledger_that_is_there() {
    let Some(home) = Home::new() else { return };
    let raw = home.raw().await;
    let user = format!("clerk_{}", home.schema);
    raw.batch_execute(&format!("CREATE USER {user} PASSWORD 'secret'")).await.unwrap();
    let port = home.cluster.port();
    let connection = format!("postgres://{user}:secret@127.0.0.1:{port}/postgres?sslmode=disable");
    let options = || PostgresOptions::new(&connection).unwrap().schema(&home.schema);
    let error = options().open().await.unwrap_err();
    assert_eq!(kind(error), StoreErrorKind::ReadOnly);
    home.open().await;
    let grant = format!(
        "GRANT USAGE ON SCHEMA {0} TO {user};
         GRANT SELECT ON ALL TABLES IN SCHEMA {0} TO {user};",
        home.schema
    );
    raw.batch_execute(&grant).await.unwrap();
    let store = options().open().await.unwrap();
    assert!(store.read_journal(&reference("a")).await.unwrap().is_empty());
    let error = store.commit(step("a", 0, *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly);
    let grant = format!("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {user}", home.schema);
    raw.batch_execute(&grant).await.unwrap();
    store.commit(step("a", 0, *b"x")).await.unwrap();
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_entry_is_never_changed_or_deleted() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"x")).await.unwrap();
    let raw = home.raw().await;
    for change in ["UPDATE entry SET seq = 2", "DELETE FROM entry", "TRUNCATE entry"] {
        let error = raw.execute(change, &[]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "KK001", "{change}");
    }
}

#[tokio::test]
async fn damage_is_found_by_the_check_and_by_the_journal() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    for (seq, bytes) in [*b"one", *b"two"].into_iter().enumerate() {
        store.commit(step("a", u64::try_from(seq).unwrap(), bytes)).await.unwrap();
    }
    store.integrity_check().await.unwrap();
    let raw = home.raw().await;
    let damage = "ALTER TABLE entry DISABLE TRIGGER ALL; DELETE FROM entry WHERE seq = 1";
    raw.batch_execute(damage).await.unwrap();
    let error = store.integrity_check().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    for error in [
        store.read_journal(&reference("a")).await.unwrap_err(),
        store.load(&reference("a")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    }
    raw.batch_execute("DELETE FROM entry; UPDATE payment SET seq = 0").await.unwrap();
    raw.batch_execute("INSERT INTO snapshot SELECT id, 1, '' FROM payment").await.unwrap();
    let error = store.integrity_check().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
}

#[tokio::test]
async fn a_ledger_whose_tables_are_gone_is_foreign() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"x")).await.unwrap();
    let raw = connect(&home.cluster.tcp("postgres")).await;
    raw.batch_execute(&format!("DROP SCHEMA {} CASCADE", home.schema)).await.unwrap();
    let error = store.commit(step("a", 1, *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::UnrecognizedSchema);
}
