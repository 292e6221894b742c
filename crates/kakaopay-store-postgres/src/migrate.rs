//! Migrates a schema to the newest version, and refuses schemas of other programs.

use kakaopay_store::SchemaError;
use kakaopay_store::sql::{self, Migration, check_applied, checksum, newest, pending};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient};

use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// The state of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaState {
    /// No schema.
    Missing,
    /// A schema without tables.
    Empty,
    /// A store of this version.
    Version(i64),
}

impl SchemaState {
    fn version(self) -> i64 {
        match self {
            Self::Missing | Self::Empty => 0,
            Self::Version(version) => version,
        }
    }
}

/// Applies the migrations that a schema has not seen, in one transaction.
///
/// An up-to-date schema is only read: the user of the program need not be the owner of the tables.
pub(crate) async fn migrate(
    client: &mut Client,
    schema: &SchemaName,
    migrations: &[Migration],
) -> Result<(), PostgresOpenError> {
    if schema_state(client, schema, migrations).await?.version() == newest(migrations) {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(failed_to_open)?;
    // A migration may take long, but a wait for another process's is bounded. The lock ends with the transaction,
    // so that a connection pooler cannot keep it.
    let timeouts = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";
    transaction.batch_execute(timeouts).await.map_err(failed_to_open)?;
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('kakaopay ' || $1::text, 0))";
    transaction.execute(lock, &[&schema.as_str()]).await.map_err(failed_to_open)?;
    // Another process may have migrated the schema while this one waited for the lock.
    let state = schema_state(&transaction, schema, migrations).await?;
    if state == SchemaState::Missing {
        transaction.batch_execute(&schema.fill("CREATE SCHEMA {schema}")).await.map_err(failed_to_open)?;
    }
    if !matches!(state, SchemaState::Version(_)) {
        transaction.batch_execute(&schema.fill(MIGRATION_TABLE)).await.map_err(failed_to_open)?;
    }
    let record = schema.fill("INSERT INTO {schema}.migration (version, checksum) VALUES ($1, $2)");
    for (version, migration) in pending(state.version(), migrations) {
        transaction.batch_execute(&schema.fill(migration.sql)).await.map_err(failed_to_open)?;
        transaction.execute(&record, &[&version, &checksum(migration)]).await.map_err(failed_to_open)?;
    }
    transaction.commit().await.map_err(failed_to_open)?;
    Ok(())
}

/// Checks that a schema needs no migration.
pub(crate) async fn check_newest(
    client: &Client,
    schema: &SchemaName,
    migrations: &[Migration],
) -> Result<(), PostgresOpenError> {
    let version = schema_state(client, schema, migrations).await?.version();
    Ok(sql::check_newest(version, migrations)?)
}

/// Reads the state of a schema without changing it.
async fn schema_state(
    client: &impl GenericClient,
    schema: &SchemaName,
    migrations: &[Migration],
) -> Result<SchemaState, PostgresOpenError> {
    let row = client.query_one(CATALOG, &[&schema.as_str()]).await.map_err(failed_to_open)?;
    let (exists, has_migrations, relations): (bool, bool, i64) = (row.get(0), row.get(1), row.get(2));
    match (exists, has_migrations, relations) {
        (false, _, _) => Ok(SchemaState::Missing),
        (true, _, 0) => Ok(SchemaState::Empty),
        (true, false, _) => Err(SchemaError::NotAStore.into()),
        (true, true, _) => {
            let applied = applied(client, schema).await?;
            Ok(SchemaState::Version(check_applied(&applied, migrations)?))
        }
    }
}

async fn applied(
    client: &impl GenericClient,
    schema: &SchemaName,
) -> Result<Vec<(i64, String)>, PostgresOpenError> {
    let migrations = schema.fill("SELECT version, checksum FROM {schema}.migration ORDER BY version");
    let rows = match client.query(&migrations, &[]).await {
        Ok(rows) => rows,
        // Another program's table of this name has other columns.
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
            return Err(SchemaError::NotAStore.into());
        }
        Err(error) => return Err(failed_to_open(error).into()),
    };
    // Or other types.
    let read = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
    let applied: Result<_, tokio_postgres::Error> = rows.iter().map(read).collect();
    applied.map_err(|_| SchemaError::NotAStore.into())
}

/// Whether the schema exists, whether it has a table of migrations, and how many relations it has.
const CATALOG: &str = "
SELECT count(namespace.oid) > 0,
       coalesce(bool_or(relation.relname = 'migration' AND relation.relkind = 'r'), FALSE),
       count(relation.oid)
FROM pg_catalog.pg_namespace AS namespace
LEFT JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = namespace.oid
WHERE namespace.nspname = $1";

/// Records the migrations a schema has seen.
const MIGRATION_TABLE: &str = "
CREATE TABLE {schema}.migration (
    version  bigint NOT NULL PRIMARY KEY,
    checksum text   NOT NULL
)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::MIGRATIONS;
    use kakaopay_postgres_cluster::{Cluster, Setup, shared};
    use tokio::task::JoinHandle;
    use tokio_postgres::NoTls;

    const ONE: Migration = Migration::new("CREATE TABLE {schema}.one (a bigint)");
    const TWO: Migration = Migration::new("CREATE TABLE {schema}.two (a bigint)");
    const BROKEN: Migration =
        Migration::new("CREATE TABLE {schema}.three (a bigint); CREATE TABLE {schema}.one (a bigint)");

    /// A connection, and the name of a schema of its own; `None` without a server.
    async fn client(name: &str) -> Option<(Client, SchemaName)> {
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
        for (version, checksum) in applied(&client, &schema).await.unwrap() {
            dump += &format!("migration {version} {checksum}\n");
        }
        assert!(dump == include_str!("../golden/schema.txt"), "the schema is now:\n{dump}");
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
            matches!(error, PostgresOpenError::Schema(SchemaError::Newer { found: 2, supported: 1 })),
            "{error}"
        );
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
    const WAITS: Migration =
        Migration::new("CREATE TABLE {schema}.two (a bigint); ALTER TABLE {schema}.one ADD COLUMN b bigint");

    /// A client on a server, and the task that its connection is.
    async fn client_of(cluster: &Cluster) -> (Client, JoinHandle<()>) {
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
}
