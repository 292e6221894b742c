//! Schemas that others altered: noticed when a store is opened and verified, and never believed.

use std::error::Error;

use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_store_postgres::PostgresOpenError;

use crate::support::{Home, charge, connect, kind, lease, message, options, reference, step};

/// An alteration, and what the error names.
const ALTERATIONS: [(&str, &str); 12] = [
    ("ALTER TABLE charge DISABLE TRIGGER charge_rejects_change", "trigger charge.charge_rejects_change"),
    (
        "ALTER TABLE charge ENABLE REPLICA TRIGGER charge_rejects_change",
        "trigger charge.charge_rejects_change",
    ),
    ("DROP TRIGGER journal_entry_rejects_change ON journal_entry", "trigger journal_entry"),
    ("ALTER TABLE journal_entry DISABLE TRIGGER ALL", "trigger journal_entry.journal_entry_rejects_truncate"),
    ("DROP INDEX due_payment_due_at", "index due_payment.due_payment_due_at"),
    (
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'outbox_queue_ordered'::regclass",
        "index outbox_queue.outbox_queue_ordered",
    ),
    (
        "ALTER TABLE outbox_message DROP CONSTRAINT outbox_message_idempotency_key_key",
        "constraint outbox_message.outbox_message_idempotency_key_key",
    ),
    (
        "ALTER TABLE charge DROP CONSTRAINT charge_payment_id_fkey;
         ALTER TABLE charge ADD CONSTRAINT charge_payment_id_fkey
             FOREIGN KEY (payment_id) REFERENCES payment NOT VALID",
        "constraint charge.charge_payment_id_fkey",
    ),
    ("ALTER TABLE payment ALTER last_seq DROP NOT NULL", "column payment.last_seq"),
    ("ALTER TABLE journal_entry ALTER checksum TYPE integer", "column journal_entry.checksum"),
    ("ALTER TABLE inbox_queue SET UNLOGGED", "table inbox_queue"),
    ("ALTER TABLE outbox_queue ENABLE ROW LEVEL SECURITY", "row security on outbox_queue"),
];

#[tokio::test]
async fn f70_each_alteration_is_noticed_at_open_and_verify() {
    for (alteration, named) in ALTERATIONS {
        let Some(home) = Home::new() else { return };
        let store = home.open().await;
        home.raw()
            .await
            .batch_execute(alteration)
            .await
            .unwrap_or_else(|error| panic!("{alteration}: {error:?}"));
        for error in [
            home.options().open().await.unwrap_err(),
            home.options().skip_migrations().open().await.unwrap_err(),
        ] {
            let is_altered = matches!(error.decisive(), PostgresOpenError::Altered { .. });
            assert!(is_altered && error.to_string().contains(named), "{alteration}: {error}");
            assert_eq!(kind(error), StoreErrorKind::UnrecognizedSchema);
        }
        let error = store.integrity_check().await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::UnrecognizedSchema, "{alteration}");
        assert!(error.source().unwrap().to_string().contains(named), "{alteration}: {error:?}");
    }
}

/// What a shop adds is none of the store's business.
#[tokio::test]
async fn f70_additions_are_allowed() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    let add = "CREATE INDEX own ON payment (last_seq); ALTER TABLE payment ADD COLUMN shop text;
               CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
               CREATE TRIGGER own AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION own();
               CREATE TABLE own_table (a bigint)";
    home.raw().await.batch_execute(add).await.unwrap();
    let store = home.open().await;
    store.commit(step("a", 0, *b"one")).await.unwrap();
    store.integrity_check().await.unwrap();
}

/// Without the trigger, and without the constraint that would stand in for it.
#[tokio::test]
async fn f70_a_charge_stays_with_its_payment_whatever_triggers_do() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    store.commit(step("a", 0, *b"one").charge(charge("1"))).await.unwrap();
    let off = "ALTER TABLE charge DISABLE TRIGGER ALL; ALTER TABLE charge ALTER payment_id DROP NOT NULL";
    home.raw().await.batch_execute(off).await.unwrap();
    let error = store.commit(step("b", 0, *b"one").charge(charge("1"))).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ChargeConflict);
    assert_eq!(store.find_by_charge(&charge("1")).await.unwrap(), Some(reference("a")));
    assert!(store.read_journal(&reference("b")).await.unwrap().is_empty());
}

/// Functions and operators of another schema, in front of the server's own by the settings of the role.
#[tokio::test]
async fn f70_nothing_depends_on_the_search_path() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    let raw = home.raw().await;
    let user = format!("odd_{}", home.schema);
    let odd = format!(
        "CREATE SCHEMA odd_{0};
         CREATE FUNCTION odd_{0}.wrong(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT FALSE';
         CREATE OPERATOR odd_{0}.= (FUNCTION = odd_{0}.wrong, LEFTARG = bigint, RIGHTARG = bigint);
         CREATE OPERATOR odd_{0}.<= (FUNCTION = odd_{0}.wrong, LEFTARG = bigint, RIGHTARG = bigint);
         CREATE USER {user} PASSWORD 'secret';
         GRANT USAGE ON SCHEMA odd_{0}, {0} TO {user};
         GRANT ALL ON ALL TABLES IN SCHEMA {0} TO {user};
         ALTER ROLE {user} SET search_path = odd_{0}, pg_catalog",
        home.schema
    );
    raw.batch_execute(&odd).await.unwrap();
    let port = home.cluster.port();
    let connection = format!("postgres://{user}:secret@127.0.0.1:{port}/postgres?sslmode=disable");
    let store = options(&connection).schema(&home.schema).open().await.unwrap();
    store.commit(step("a", 0, *b"one").messages(vec![message("a/1")])).await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    assert_eq!(store.claim_messages(lease(600)).await.unwrap().len(), 1);
    store.integrity_check().await.unwrap();
}

/// A policy hides rows without an error, unless the session says that it must not.
#[tokio::test]
async fn f70_rows_that_a_policy_would_hide_are_an_error() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    let raw = home.raw().await;
    let user = format!("hidden_{}", home.schema);
    let create = format!(
        "CREATE USER {user} PASSWORD 'secret'; GRANT USAGE ON SCHEMA {0} TO {user};
         GRANT ALL ON ALL TABLES IN SCHEMA {0} TO {user}",
        home.schema
    );
    raw.batch_execute(&create).await.unwrap();
    let port = home.cluster.port();
    let connection = format!("postgres://{user}:secret@127.0.0.1:{port}/postgres?sslmode=disable");
    let store = options(&connection).schema(&home.schema).open().await.unwrap();
    store.commit(step("a", 0, *b"one").messages(vec![message("a/1")])).await.unwrap();
    raw.batch_execute("ALTER TABLE outbox_queue ENABLE ROW LEVEL SECURITY").await.unwrap();
    let error = store.claim_messages(lease(600)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error:?}");
    let direct = connect(&home.cluster.tcp("postgres")).await;
    let waiting = format!("SELECT count(*) FROM {}.outbox_queue", home.schema);
    assert_eq!(direct.query_one(&waiting, &[]).await.unwrap().get::<_, i64>(0), 1);
}
