//! Schemas that are rejected and left unchanged; and concurrent migrations.

use kakaopay_store::{Commit, InsertOutcome, SchemaError, Seq, Store, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::Row;
use kakaopay_store_postgres::{PostgresOpenError, PostgresOptions, PostgresStore};

use crate::support::{Home, connect, delivery, kind, lease, message, reference, step};

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    home.raw().await.execute("INSERT INTO migration VALUES (2, 'newer', 2)", &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(
        matches!(
            error.decisive(),
            PostgresOpenError::Schema(SchemaError::Newer { found: 2, supported: 1, .. })
        ),
        "{error}"
    );
    assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
}

/// A later version may add to the schema while processes of this one keep running.
const ADDS: &str = "
    BEGIN;
    ALTER TABLE outbox_queue ADD COLUMN urgency bigint NOT NULL DEFAULT 0;
    ALTER TABLE payment ADD COLUMN shop text;
    CREATE TABLE later (payment_id bigint NOT NULL PRIMARY KEY REFERENCES payment);
    INSERT INTO migration VALUES (2, 'later', 2);
    COMMIT;";

/// During a rolling deployment: an open store keeps working, on its connections and on new ones, and opening it
/// again fails, unless the migration
/// lets programs of this version go on.
#[tokio::test]
async fn f43_a_store_that_is_open_goes_on_under_a_newer_schema_which_others_open_if_it_lets_them() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    let one = || step("a", 0, *b"one").messages(vec![message("a/1")]);
    store.commit(one()).await.unwrap();
    let claimed = store.claim_messages(lease(600)).await.unwrap().remove(0);
    let raw = home.raw().await;
    raw.batch_execute(ADDS).await.unwrap();
    for connections in ["as they are", "new"] {
        if connections == "new" {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                       AND application_name = 'kakaopay' AND strpos(query, $1 || '.') > 0";
            raw.execute(end, &[&home.schema]).await.unwrap();
        }
        let name = format!("order {connections}").replace(' ', "-");
        let again = || step(&name, 0, *b"one").messages(vec![message(&format!("{name}/1"))]);
        // A connection that has just ended leaves it open what was stored, which is not what is asked here.
        let mut stored = store.commit(again()).await;
        while stored.as_ref().is_err_and(|error| error.kind() == StoreErrorKind::Io) {
            stored = store.commit(again()).await;
        }
        assert_eq!(stored.unwrap(), Seq::new(1));
        assert_eq!(store.claim_messages(lease(600)).await.unwrap().len(), 1);
        assert_eq!(store.read_journal(&reference(&name)).await.unwrap().len(), 1);
        assert_eq!(
            store.insert_event(delivery(connections.split(' ').next().unwrap(), *b"x")).await.unwrap(),
            InsertOutcome::Inserted
        );
        assert_eq!(store.claim_events(lease(600)).await.unwrap().len(), 1);
    }
    store.complete_message(&claimed.key, claimed.claim).await.unwrap();
    store.integrity_check().await.unwrap();
    let all = "SELECT count(*), max(version) FROM migration";
    let before = raw.query_one(all, &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(
        matches!(
            error.decisive(),
            PostgresOpenError::Schema(SchemaError::Newer { found: 2, supported: 1, .. })
        ),
        "{error}"
    );
    let after = raw.query_one(all, &[]).await.unwrap();
    let seen = |row: &Row| (row.get::<_, i64>(0), row.get::<_, i64>(1));
    assert_eq!((seen(&after), seen(&before)), ((2, 2), (2, 2)));
    raw.batch_execute("UPDATE migration SET usable_from = 1 WHERE version = 2").await.unwrap();
    for options in [home.options(), home.options().skip_migrations()] {
        let older = options.open().await.unwrap();
        older.integrity_check().await.unwrap();
        let last = older.read_journal(&reference("a")).await.unwrap().len();
        older.commit(step("a", last.try_into().unwrap(), *b"next")).await.unwrap();
    }
    assert_eq!(seen(&raw.query_one(all, &[]).await.unwrap()), (2, 2));
}

/// A schema that lacks a column fails the calls that need it, and those store nothing.
#[tokio::test]
async fn f43_a_schema_without_what_a_call_needs_is_foreign_and_stores_nothing() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.unwrap();
    home.raw()
        .await
        .batch_execute("ALTER TABLE outbox_message RENAME COLUMN body TO contents")
        .await
        .unwrap();
    let two = step("a", 1, *b"two").messages(vec![message("a/1")]);
    let error = store.commit(two).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::UnrecognizedSchema);
    assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn f43_reading_changes_nothing() {
    let Some(home) = Home::new() else { return };
    let look = async || home.options().skip_migrations().open().await;
    let missing = look().await.unwrap_err();
    assert!(
        matches!(
            missing.decisive(),
            PostgresOpenError::Schema(SchemaError::Older { found: 0, supported: 1 })
        ),
        "{missing}"
    );
    assert_eq!(kind(missing), StoreErrorKind::UnrecognizedSchema);
    let count = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
    let schemas: i64 = home.raw().await.query_one(count, &[&home.schema]).await.unwrap().get(0);
    assert_eq!(schemas, 0);
    home.open().await;
    look().await.expect("a store");
}

#[tokio::test]
async fn an_altered_schema_is_refused() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    home.raw().await.execute("UPDATE migration SET checksum = 'other'", &[]).await.unwrap();
    let error = home.options().open().await.unwrap_err();
    assert!(
        matches!(error.decisive(), PostgresOpenError::Schema(SchemaError::Altered { version: 1 })),
        "{error}"
    );
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
        assert!(matches!(error.decisive(), PostgresOpenError::Schema(SchemaError::NotAStore)), "{error}");
        assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
        let count = "SELECT count(*) FROM pg_tables WHERE schemaname = $1";
        let tables: i64 = raw.query_one(count, &[&home.schema]).await.unwrap().get(0);
        assert_eq!(tables, 1);
    }
}

#[tokio::test]
async fn an_empty_schema_becomes_a_store() {
    let Some(home) = Home::new() else { return };
    home.raw().await.batch_execute(&format!("CREATE SCHEMA {}", home.schema)).await.unwrap();
    home.open().await.commit(step("a", 0, *b"x")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_create_the_same_store_at_once() {
    for _ in 0..5 {
        let Some(home) = Home::new() else { return };
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let options = home.options();
                tokio::spawn(async move { options.open().await.expect("a store") })
            })
            .collect();
        for (number, store) in opening.into_iter().enumerate() {
            let name = format!("order-{number}");
            store.await.unwrap().commit(step(&name, 0, *b"x")).await.unwrap();
        }
    }
}

/// The user that runs the shop need not own the tables.
#[tokio::test]
async fn a_user_without_ddl_rights_opens_an_existing_store() {
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
    // Also before a writer has kept the server in the store.
    raw.batch_execute("DELETE FROM setting WHERE name = 'server'").await.unwrap();
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
    for change in ["UPDATE journal_entry SET seq = 2", "DELETE FROM journal_entry", "TRUNCATE journal_entry"]
    {
        let error = raw.execute(change, &[]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "KK001", "{change}");
    }
}

/// A store whose payment `a` lacks this one of its two entries.
async fn damaged(home: &Home, missing: i64) -> PostgresStore {
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.expect("no error");
    store.commit(step("a", 1, *b"two")).await.expect("no error");
    store.integrity_check().await.expect("no error");
    let raw = home.raw().await;
    raw.batch_execute("ALTER TABLE journal_entry DISABLE TRIGGER ALL").await.expect("no error");
    raw.execute("DELETE FROM journal_entry WHERE seq = $1", &[&missing]).await.expect("no error");
    store
}

#[tokio::test]
async fn a_journal_that_lacks_an_entry_is_corrupt() {
    for missing in [1, 2] {
        let Some(home) = Home::new() else { return };
        let store = damaged(&home, missing).await;
        for error in [
            store.integrity_check().await.unwrap_err(),
            store.read_journal(&reference("a")).await.unwrap_err(),
            store.load(&reference("a")).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{missing}");
        }
    }
}

#[tokio::test]
async fn a_snapshot_ahead_of_its_journal_is_corrupt() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(Commit::new(reference("a"), Seq::ZERO).messages(vec![message("a/1")])).await.unwrap();
    store.integrity_check().await.unwrap();
    let raw = home.raw().await;
    raw.batch_execute("INSERT INTO snapshot SELECT id, 1, '', 0 FROM payment").await.unwrap();
    let error = store.integrity_check().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
}

#[tokio::test]
async fn a_store_whose_tables_are_gone_is_not_recognized() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"x")).await.unwrap();
    let raw = connect(&home.cluster.tcp("postgres")).await;
    raw.batch_execute(&format!("DROP SCHEMA {} CASCADE", home.schema)).await.unwrap();
    let error = store.commit(step("a", 1, *b"x")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::UnrecognizedSchema);
}
