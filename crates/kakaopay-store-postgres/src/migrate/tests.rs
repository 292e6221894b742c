//! Migrations by made-up lists.

use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup, shared};
use kakaopay_store::SchemaError;
use kakaopay_store::sql::{AppliedMigration, Migration};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

use super::LockWait;
use super::apply::check_newest;
use super::state::{SchemaState, applied, schema_state};
use crate::open_error::PostgresOpenError;
use crate::schema::MIGRATIONS;
use crate::schema_name::SchemaName;

/// More than anything here takes on a machine that others use, too.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn migrate(
    client: &mut Client,
    schema: &SchemaName,
    migrations: &[Migration],
) -> Result<(), PostgresOpenError> {
    let wait =
        LockWait { attempt: Duration::from_millis(300), pause: Duration::from_millis(100), total: PATIENCE };
    super::migrate(client, schema, migrations, wait).await
}

pub(super) const ONE: Migration = Migration::new("CREATE TABLE {schema}.one (a bigint)");
const TWO: Migration = Migration::new("CREATE TABLE {schema}.two (a bigint)");
const BROKEN: Migration =
    Migration::new("CREATE TABLE {schema}.three (a bigint); CREATE TABLE {schema}.one (a bigint)");

/// A connection, and the name of a schema of its own; `None` without a server.
pub(super) async fn client(name: &str) -> Option<(Client, SchemaName)> {
    let cluster = shared()?;
    let (client, connection) = tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    Some((client, SchemaName::parse(name).unwrap()))
}

/// If this fails after a release: restore the old text, and add a migration. Before the first release, write
/// `golden/schema.txt` anew.
#[tokio::test]
async fn the_schema_is_the_golden_file() {
    let Some((mut client, schema)) = client("golden").await else { return };
    migrate(&mut client, &schema, MIGRATIONS).await.unwrap();
    let mut dump = String::new();
    for row in client.query(DUMP, &[&schema.as_str()]).await.unwrap() {
        dump += &format!("{}\n", row.get::<_, &str>(0));
    }
    for AppliedMigration { version, checksum, usable_from } in applied(&client, &schema).await.unwrap() {
        dump += &format!("migration {version} {checksum} {usable_from}\n");
    }
    assert!(dump == include_str!("../../golden/schema.txt"), "the schema is now:\n{dump}");
}

/// One line for each table, column, constraint, index, trigger and function of a schema.
const DUMP: &str = r#"
WITH own AS (
    SELECT class.oid, class.relname, class.reloptions
    FROM pg_class AS class JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE namespace.nspname = $1 AND class.relkind = 'r'
), line AS (
    SELECT concat_ws(' ', 'table', relname, array_to_string(reloptions, ' ')) AS text FROM own
    UNION ALL
    SELECT concat_ws(' ', 'column', relname || '.' || attname, lpad(attnum::text, 2),
        format_type(atttypid, atttypmod), CASE WHEN attcollation <> 0 THEN 'collate ' || collname END,
        CASE WHEN attnotnull THEN 'not null' END, CASE attidentity WHEN 'a' THEN 'identity' END,
        'default ' || pg_get_expr(adbin, adrelid))
    FROM own JOIN pg_attribute ON attrelid = own.oid AND attnum > 0
    LEFT JOIN pg_attrdef ON adrelid = own.oid AND adnum = attnum
    LEFT JOIN pg_collation AS collations ON collations.oid = attcollation
    UNION ALL
    SELECT concat_ws(' ', 'constraint', relname || '.' || conname, pg_get_constraintdef(constraints.oid))
    FROM own JOIN pg_constraint AS constraints ON conrelid = own.oid AND contype <> 'n'
    UNION ALL
    SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid))
    FROM own JOIN pg_index ON indrelid = own.oid
    UNION ALL
    SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(trigger.oid))
    FROM own JOIN pg_trigger AS trigger ON tgrelid = own.oid AND NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'function', proname, btrim(prosrc, E'\n '))
    FROM pg_proc JOIN pg_namespace AS namespace ON namespace.oid = pronamespace WHERE nspname = $1
)
SELECT text FROM line ORDER BY text COLLATE "C""#;

#[tokio::test]
async fn f43_a_schema_is_migrated_one_version_at_a_time() {
    let Some((mut client, schema)) = client("forward").await else { return };
    assert_eq!(schema_state(&client, &schema, &[ONE]).await.unwrap(), SchemaState::Missing);
    client.batch_execute(&schema.fill("CREATE SCHEMA {schema}")).await.unwrap();
    assert_eq!(schema_state(&client, &schema, &[ONE]).await.unwrap(), SchemaState::Empty);
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
    let found = schema_state(&client, &schema, &[ONE, TWO]).await.unwrap();
    assert_eq!(found, SchemaState::Version(2));
    let both = schema.fill("SELECT a FROM {schema}.one; SELECT a FROM {schema}.two");
    client.batch_execute(&both).await.unwrap();
}

#[tokio::test]
async fn f43_an_older_program_refuses_a_newer_schema() {
    let Some((mut client, schema)) = client("newer").await else { return };
    migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
    let error = migrate(&mut client, &schema, &[ONE]).await.unwrap_err();
    assert!(
        matches!(
            error,
            PostgresOpenError::Schema(SchemaError::Newer { found: 2, supported: 1, usable_from: 2 })
        ),
        "{error}"
    );
}

/// The program is rolled back after a migration that it can go on with, and upgraded again.
#[tokio::test]
async fn f43_an_older_program_goes_on_after_a_migration_that_lets_it() {
    let Some((mut client, schema)) = client("rolled_back").await else { return };
    let three = [ONE, TWO.usable_from(1), INDEX.usable_from(1)];
    migrate(&mut client, &schema, &three).await.unwrap();
    let before = applied(&client, &schema).await.unwrap();
    for older in [&three[..1], &three[..2], &three] {
        migrate(&mut client, &schema, older).await.unwrap();
        check_newest(&client, &schema, older).await.unwrap();
        assert_eq!(applied(&client, &schema).await.unwrap(), before);
    }
    // A later one ends that.
    let four =
        [&three[..], &[Migration::new("CREATE TABLE {schema}.four (a bigint)").usable_from(3)]].concat();
    migrate(&mut client, &schema, &four).await.unwrap();
    let error = migrate(&mut client, &schema, &three[..2]).await.unwrap_err();
    assert!(
        matches!(
            error,
            PostgresOpenError::Schema(SchemaError::Newer { found: 4, supported: 2, usable_from: 3 })
        ),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("use a program that supports version 3, or restore a backup from before the upgrade")
    );
    migrate(&mut client, &schema, &three).await.unwrap();
}

#[tokio::test]
async fn f43_without_migrating_nothing_is_changed() {
    let Some((mut client, schema)) = client("looked_at").await else { return };
    let error = check_newest(&client, &schema, &[ONE]).await.unwrap_err();
    assert!(
        matches!(error, PostgresOpenError::Schema(SchemaError::Older { found: 0, supported: 1 })),
        "{error}"
    );
    assert_eq!(schema_state(&client, &schema, &[ONE]).await.unwrap(), SchemaState::Missing);
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    check_newest(&client, &schema, &[ONE]).await.unwrap();
    let error = check_newest(&client, &schema, &[ONE, TWO]).await.unwrap_err();
    assert!(
        matches!(error, PostgresOpenError::Schema(SchemaError::Older { found: 1, supported: 2 })),
        "{error}"
    );
    assert_eq!(schema_state(&client, &schema, &[ONE, TWO]).await.unwrap(), SchemaState::Version(1));
}

#[tokio::test]
async fn an_edited_migration_is_found() {
    let Some((mut client, schema)) = client("edited").await else { return };
    migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
    let error = migrate(&mut client, &schema, &[ONE, BROKEN]).await.unwrap_err();
    assert!(matches!(error, PostgresOpenError::Schema(SchemaError::Altered { version: 2 })), "{error}");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_schema_as_it_was() {
    let Some((mut client, schema)) = client("broken").await else { return };
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    migrate(&mut client, &schema, &[ONE, BROKEN]).await.unwrap_err();
    let found = schema_state(&client, &schema, &[ONE]).await.unwrap();
    assert_eq!(found, SchemaState::Version(1));
    client.batch_execute(&schema.fill("SELECT a FROM {schema}.three")).await.unwrap_err();
}

/// Waits for a lock on the first table when it has made its own.
pub(super) const WAITS: Migration =
    Migration::new("CREATE TABLE {schema}.two (a bigint); ALTER TABLE {schema}.one ADD COLUMN b bigint");

/// A client on a server, and the task that its connection is.
pub(super) async fn client_of(cluster: &Cluster) -> (Client, JoinHandle<()>) {
    let (client, connection) = tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await.unwrap();
    (client, tokio::spawn(async { drop(connection.await) }))
}

/// Waits until that many statements wait for a table.
async fn until_waiting(client: &Client, count: i64) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'";
    while client.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn f43_f13_a_migration_during_which_the_server_is_killed_is_repeated() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let schema = SchemaName::parse("cut").unwrap();
    let (mut client, _) = client_of(&cluster).await;
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    client.batch_execute(&schema.fill("INSERT INTO {schema}.one VALUES (7)")).await.unwrap();
    let (other, _) = client_of(&cluster).await;
    other.batch_execute(&schema.fill("BEGIN; LOCK TABLE {schema}.one")).await.unwrap();
    let both = async {
        until_waiting(&other, 1).await;
        cluster.kill();
    };
    let (migrated, ()) = tokio::join!(migrate(&mut client, &schema, &[ONE, WAITS]), both);
    let error = kakaopay_store::StoreError::from(migrated.unwrap_err());
    assert_eq!(error.kind(), kakaopay_store::StoreErrorKind::Io);
    cluster.start_again();
    let (mut client, _) = client_of(&cluster).await;
    let found = schema_state(&client, &schema, &[ONE, WAITS]).await.unwrap();
    assert_eq!(found, SchemaState::Version(1));
    client.batch_execute(&schema.fill("SELECT a FROM {schema}.two")).await.unwrap_err();
    migrate(&mut client, &schema, &[ONE, WAITS]).await.unwrap();
    let kept = client.query_one(&schema.fill("SELECT a, b FROM {schema}.one"), &[]).await.unwrap();
    assert_eq!((kept.get(0), kept.get(1)), (7_i64, None::<i64>));
}

#[tokio::test]
async fn f43_f11_a_waiting_process_repeats_the_migration_of_a_killed_one() {
    let Some(cluster) = shared() else { return };
    let Some((mut client, schema)) = client("dies").await else { return };
    migrate(&mut client, &schema, &[ONE]).await.unwrap();
    let (other, _) = client_of(cluster).await;
    other.batch_execute(&schema.fill("BEGIN; LOCK TABLE {schema}.one")).await.unwrap();
    let (mut dying, socket) = client_of(cluster).await;
    let named = schema.clone();
    let begun = tokio::spawn(async move { migrate(&mut dying, &named, &[ONE, WAITS]).await });
    until_waiting(&other, 1).await;
    // As when its process is killed: the socket closes without a message.
    begun.abort();
    socket.abort();
    let heir = migrate(&mut client, &schema, &[ONE, WAITS]);
    let both = async { other.batch_execute("COMMIT").await };
    let (migrated, released) = tokio::join!(heir, both);
    released.unwrap();
    migrated.unwrap();
    let found = schema_state(&client, &schema, &[ONE, WAITS]).await.unwrap();
    assert_eq!(found, SchemaState::Version(2));
}

/// An index that is built while the table is written to.
pub(super) const INDEX: Migration =
    Migration::index("one_a", "CREATE INDEX CONCURRENTLY one_a ON {schema}.one (a)");

/// Which indexes of the schema can be used.
async fn indexes(client: &Client, schema: &SchemaName) -> Vec<(String, bool)> {
    let all = "SELECT relname::text, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
               JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1 AND relname LIKE 'one%'";
    let rows = client.query(all, &[&schema.as_str()]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Waits until a statement of this process waits for a lock of this type.
pub(super) async fn until_waits(client: &Client, pid: i32, kind: &str) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = $1 AND locktype = $2";
    let waits = async {
        while client.query_one(waiting, &[&pid, &kind]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, waits).await.expect("it waits");
}

pub(super) async fn pid(client: &Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
}

/// Each migration of a list is cut off while it waits for a reader, and the next process completes the list.
#[tokio::test]
async fn f43_f11_a_list_that_is_cut_off_at_any_migration_is_completed() {
    let Some(cluster) = shared() else { return };
    let list = [ONE, WAITS, INDEX, Migration::new("ALTER TABLE {schema}.one ADD COLUMN c bigint")];
    for (version, kind, left) in [
        (1, "relation", vec![]),
        (2, "virtualxid", vec![("one_a".to_owned(), false)]),
        (3, "relation", vec![("one_a".to_owned(), true)]),
    ] {
        let Some((mut client, schema)) = client(&format!("cut_{version}")).await else { return };
        migrate(&mut client, &schema, &list[..version]).await.unwrap();
        let (reader, _) = client_of(cluster).await;
        reader.batch_execute(&schema.fill("BEGIN; INSERT INTO {schema}.one (a) VALUES (7)")).await.unwrap();
        let (mut cut, _) = client_of(cluster).await;
        let (cut_pid, named) = (pid(&cut).await, schema.clone());
        let begun = tokio::spawn(async move { migrate(&mut cut, &named, &list).await });
        until_waits(&client, cut_pid, kind).await;
        client.execute("SELECT pg_terminate_backend($1, 10000)", &[&cut_pid]).await.unwrap();
        begun.await.unwrap().unwrap_err();
        let at = SchemaState::Version(i64::try_from(version).unwrap());
        assert_eq!(schema_state(&client, &schema, &list).await.unwrap(), at);
        assert_eq!(indexes(&client, &schema).await, left, "{version}");
        reader.batch_execute("COMMIT").await.unwrap();
        migrate(&mut client, &schema, &list).await.unwrap();
        assert_eq!(schema_state(&client, &schema, &list).await.unwrap(), SchemaState::Version(4));
        assert_eq!(indexes(&client, &schema).await, [("one_a".to_owned(), true)]);
        client.batch_execute(&schema.fill("SELECT a, b, c FROM {schema}.one")).await.unwrap();
    }
}

/// Also where one of them builds an index, which waits for every statement that others have begun.
#[tokio::test]
async fn f43_several_processes_migrate_at_once() {
    let Some(cluster) = shared() else { return };
    let Some((client, schema)) = client("at_once").await else { return };
    let list = [ONE, WAITS, INDEX, Migration::new("CREATE INDEX one_b ON {schema}.one (b)")];
    let mut processes = Vec::new();
    for _ in 0..4 {
        let ((mut client, _), schema) = (client_of(cluster).await, schema.clone());
        processes
            .push(tokio::spawn(async move { migrate(&mut client, &schema, &list).await.map(|()| client) }));
    }
    for process in processes {
        let migrated = process.await.unwrap().unwrap();
        // Its session is as it was.
        let row = migrated.query_one("SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')", &[]).await.unwrap();
        assert_eq!((row.get(0), row.get(1), row.get(2)), ("0", "0", 0_i64));
    }
    assert_eq!(applied(&client, &schema).await.unwrap().len(), 4);
    assert_eq!(indexes(&client, &schema).await.len(), 2);
}
