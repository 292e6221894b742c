//! Brings a schema to the newest, and refuses one that is not ours.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient};

use crate::failure::failed;
use crate::namespace::{Namespace, fnv_1a};
use crate::open_error::OpenError;
use crate::schema::Migration;

/// How far a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is none.
    Missing,
    /// Nothing is in it.
    Empty,
    /// It is a ledger that has seen that many migrations.
    Ledger { version: i64 },
}

/// Applies what a schema has not seen, all of it or nothing.
///
/// Whoever finds the schema as it should be changes nothing and needs no right to: the user of the
/// program need not be the one who made the tables.
pub(crate) async fn migrate(
    client: &mut Client,
    schema: &Namespace,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    let newest = newest(migrations);
    if look(client, schema, migrations).await? == (Found::Ledger { version: newest }) {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(failed)?;
    // A migration takes as long as it takes, but nobody waits for ever for another process's. The
    // lock goes with the transaction, so that a pooler in between cannot keep it.
    let patience = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";
    transaction.batch_execute(patience).await.map_err(failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&schema.lock()]).await.map_err(failed)?;
    // Another process may have done it while this one waited for the lock.
    let found = look(&transaction, schema, migrations).await?;
    if found == Found::Missing {
        transaction.batch_execute(&schema.fill("CREATE SCHEMA {schema}")).await.map_err(failed)?;
    }
    let seen = match found {
        Found::Missing | Found::Empty => {
            transaction.batch_execute(&schema.fill(BOOK)).await.map_err(failed)?;
            0
        }
        Found::Ledger { version } => version,
    };
    let note = schema.fill("INSERT INTO {schema}.migration (version, checksum) VALUES ($1, $2)");
    for (version, migration) in (1_i64..).zip(migrations) {
        if version > seen {
            transaction.batch_execute(&schema.fill(migration.sql)).await.map_err(failed)?;
            transaction.execute(&note, &[&version, &checksum(migration.sql)]).await.map_err(failed)?;
        }
    }
    transaction.commit().await.map_err(failed)?;
    Ok(())
}

/// Refuses a schema that would have to be changed.
pub(crate) async fn check_newest(
    client: &Client,
    schema: &Namespace,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    let version = match look(client, schema, migrations).await? {
        Found::Missing | Found::Empty => 0,
        Found::Ledger { version } => version,
    };
    let supported = newest(migrations);
    if version == supported { Ok(()) } else { Err(OpenError::OlderSchema { found: version, supported }) }
}

/// Looks at a schema without changing it.
async fn look(
    client: &impl GenericClient,
    schema: &Namespace,
    migrations: &[Migration],
) -> Result<Found, OpenError> {
    let row = client.query_one(LOOK, &[&schema.as_str()]).await.map_err(failed)?;
    let (exists, booked, relations): (bool, bool, i64) = (row.get(0), row.get(1), row.get(2));
    match (exists, booked, relations) {
        (false, _, _) => Ok(Found::Missing),
        (true, _, 0) => Ok(Found::Empty),
        (true, false, _) => Err(OpenError::UnrecognizedSchema),
        (true, true, _) => check_applied(client, schema, migrations).await,
    }
}

/// Finds a schema that is newer, and a migration that was edited after this schema had seen it.
async fn check_applied(
    client: &impl GenericClient,
    schema: &Namespace,
    migrations: &[Migration],
) -> Result<Found, OpenError> {
    let book = schema.fill("SELECT version, checksum FROM {schema}.migration ORDER BY version");
    let rows = match client.query(&book, &[]).await {
        Ok(rows) => rows,
        // Somebody else's table of this name has other columns.
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
            return Err(OpenError::UnrecognizedSchema);
        }
        Err(error) => return Err(failed(error).into()),
    };
    let mut applied = Vec::with_capacity(rows.len());
    for row in &rows {
        // Or of other types.
        let version: i64 = row.try_get(0).map_err(|_| OpenError::UnrecognizedSchema)?;
        let checksum: String = row.try_get(1).map_err(|_| OpenError::UnrecognizedSchema)?;
        applied.push((version, checksum));
    }
    let (found, supported) = (applied.last().map_or(0, |(version, _)| *version), newest(migrations));
    if found > supported {
        return Err(OpenError::NewerSchema { found, supported });
    }
    for ((version, found), (expected, migration)) in applied.iter().zip((1_i64..).zip(migrations)) {
        if *version != expected || *found != checksum(migration.sql) {
            return Err(OpenError::AlteredSchema { version: *version });
        }
    }
    Ok(Found::Ledger { version: found })
}

fn newest(migrations: &[Migration]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

/// Of the text before the schema's name is put in, so that it is the same in every schema. It finds
/// a slip of ours, not an attacker, who could edit the table itself.
fn checksum(sql: &str) -> String {
    format!("{:016x}", fnv_1a(sql))
}

/// Whether there is such a schema, whether it has our book, and how much is in it.
const LOOK: &str = "
SELECT count(namespace.oid) > 0,
       coalesce(bool_or(relation.relname = 'migration' AND relation.relkind = 'r'), FALSE),
       count(relation.oid)
FROM pg_catalog.pg_namespace AS namespace
LEFT JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = namespace.oid
WHERE namespace.nspname = $1";

/// Where a schema remembers what it has seen.
const BOOK: &str = "
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

    const ONE: Migration = Migration { sql: "CREATE TABLE {schema}.one (a bigint)" };
    const TWO: Migration = Migration { sql: "CREATE TABLE {schema}.two (a bigint)" };
    const BROKEN: Migration =
        Migration { sql: "CREATE TABLE {schema}.three (a bigint); CREATE TABLE {schema}.one (a bigint)" };

    /// A connection, and the name of a schema that nobody has; `None` where there is no server.
    async fn client(name: &str) -> Option<(Client, Namespace)> {
        let cluster = shared()?;
        let (client, connection) = tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        Some((client, Namespace::parse(name).unwrap()))
    }

    #[test]
    fn a_released_migration_is_never_edited() {
        // Should this fail: put the old text back, and add a migration instead.
        let found: Vec<_> = MIGRATIONS.iter().map(|one| checksum(one.sql)).collect();
        assert_eq!(found, RELEASED);
    }

    const RELEASED: [&str; 1] = ["cc91722894ddd1d3"];

    #[tokio::test]
    async fn a_schema_goes_forward_one_migration_at_a_time() {
        let Some((mut client, schema)) = client("forward").await else { return };
        assert_eq!(look(&client, &schema, &[ONE]).await.unwrap(), Found::Missing);
        client.batch_execute(&schema.fill("CREATE SCHEMA {schema}")).await.unwrap();
        assert_eq!(look(&client, &schema, &[ONE]).await.unwrap(), Found::Empty);
        migrate(&mut client, &schema, &[ONE]).await.unwrap();
        migrate(&mut client, &schema, &[ONE]).await.unwrap();
        migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
        let found = look(&client, &schema, &[ONE, TWO]).await.unwrap();
        assert_eq!(found, Found::Ledger { version: 2 });
        let both = schema.fill("SELECT a FROM {schema}.one; SELECT a FROM {schema}.two");
        client.batch_execute(&both).await.unwrap();
    }

    #[tokio::test]
    async fn an_older_program_refuses_a_newer_schema() {
        let Some((mut client, schema)) = client("newer").await else { return };
        migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
        let error = migrate(&mut client, &schema, &[ONE]).await.unwrap_err();
        assert!(matches!(error, OpenError::NewerSchema { found: 2, supported: 1 }), "{error}");
    }

    #[tokio::test]
    async fn who_only_looks_changes_nothing() {
        let Some((mut client, schema)) = client("looked_at").await else { return };
        let error = check_newest(&client, &schema, &[ONE]).await.unwrap_err();
        assert!(matches!(error, OpenError::OlderSchema { found: 0, supported: 1 }), "{error}");
        assert_eq!(look(&client, &schema, &[ONE]).await.unwrap(), Found::Missing);
        migrate(&mut client, &schema, &[ONE]).await.unwrap();
        check_newest(&client, &schema, &[ONE]).await.unwrap();
        let error = check_newest(&client, &schema, &[ONE, TWO]).await.unwrap_err();
        assert!(matches!(error, OpenError::OlderSchema { found: 1, supported: 2 }), "{error}");
        assert_eq!(look(&client, &schema, &[ONE, TWO]).await.unwrap(), Found::Ledger { version: 1 });
    }

    #[tokio::test]
    async fn an_edited_migration_is_found() {
        let Some((mut client, schema)) = client("edited").await else { return };
        migrate(&mut client, &schema, &[ONE, TWO]).await.unwrap();
        let error = migrate(&mut client, &schema, &[ONE, BROKEN]).await.unwrap_err();
        assert!(matches!(error, OpenError::AlteredSchema { version: 2 }), "{error}");
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_the_schema_as_it_was() {
        let Some((mut client, schema)) = client("broken").await else { return };
        migrate(&mut client, &schema, &[ONE]).await.unwrap();
        migrate(&mut client, &schema, &[ONE, BROKEN]).await.unwrap_err();
        let found = look(&client, &schema, &[ONE]).await.unwrap();
        assert_eq!(found, Found::Ledger { version: 1 });
        client.batch_execute(&schema.fill("SELECT a FROM {schema}.three")).await.unwrap_err();
    }

    /// Waits for a lock on the first table when it has made its own.
    const WAITS: Migration = Migration {
        sql: "CREATE TABLE {schema}.two (a bigint); ALTER TABLE {schema}.one ADD COLUMN b bigint",
    };

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
    async fn f43_f13_a_migration_in_whose_middle_the_server_is_killed_is_done_by_whoever_opens_next() {
        let Some(cluster) = Cluster::start(Setup::new()) else { return };
        let schema = Namespace::parse("cut").unwrap();
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
        let found = look(&client, &schema, &[ONE, WAITS]).await.unwrap();
        assert_eq!(found, Found::Ledger { version: 1 });
        client.batch_execute(&schema.fill("SELECT a FROM {schema}.two")).await.unwrap_err();
        migrate(&mut client, &schema, &[ONE, WAITS]).await.unwrap();
        let kept = client.query_one(&schema.fill("SELECT a, b FROM {schema}.one"), &[]).await.unwrap();
        assert_eq!((kept.get(0), kept.get(1)), (7_i64, None::<i64>));
    }

    #[tokio::test]
    async fn f43_f11_a_migration_whose_process_dies_is_done_by_the_one_that_waits_for_it() {
        let Some(cluster) = shared() else { return };
        let Some((mut client, schema)) = client("dies").await else { return };
        migrate(&mut client, &schema, &[ONE]).await.unwrap();
        let (other, _) = client_of(cluster).await;
        other.batch_execute(&schema.fill("BEGIN; LOCK TABLE {schema}.one")).await.unwrap();
        let (mut dying, wire) = client_of(cluster).await;
        let named = schema.clone();
        let begun = tokio::spawn(async move { migrate(&mut dying, &named, &[ONE, WAITS]).await });
        until_waiting(&other, 1).await;
        // As when its process is killed: nobody is told, and its end of the wire is closed.
        begun.abort();
        wire.abort();
        let heir = migrate(&mut client, &schema, &[ONE, WAITS]);
        let both = async { other.batch_execute("COMMIT").await };
        let (migrated, released) = tokio::join!(heir, both);
        released.unwrap();
        migrated.unwrap();
        let found = look(&client, &schema, &[ONE, WAITS]).await.unwrap();
        assert_eq!(found, Found::Ledger { version: 2 });
    }
}
