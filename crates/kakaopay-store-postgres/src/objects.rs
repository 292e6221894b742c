//! The columns, constraints, indexes and triggers that a schema must have, and their state.

use tokio_postgres::{Client, Row};

use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// Checks that a schema of this version has everything that was made with it, in force.
///
/// More is allowed: a shop may add indexes and triggers of its own, and a later version columns and tables.
///
/// # Errors
/// `Altered` with what is missing or off, or any error of the server.
pub(crate) async fn check_objects(client: &Client, schema: &SchemaName) -> Result<(), PostgresOpenError> {
    let rows = client.query(OBJECTS, &[&schema.as_str()]).await.map_err(failed_to_open)?;
    compare(&rows)
}

/// Compares the rows that [`OBJECTS`] returns with what a schema must have.
///
/// # Errors
/// `Altered` with what is missing or off.
pub(crate) fn compare(rows: &[Row]) -> Result<(), PostgresOpenError> {
    let found: Vec<&str> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let missing = EXPECTED.lines().filter(|line| !found.contains(line));
    let hiding = found.iter().copied().filter(|line| line.starts_with("row security on "));
    let altered: Vec<&str> = missing.chain(hiding).collect();
    if altered.is_empty() { Ok(()) } else { Err(PostgresOpenError::Altered { objects: altered.join(", ") }) }
}

/// The objects of the newest version, one a line.
const EXPECTED: &str = include_str!("../golden/objects.txt");

/// One line for each object that is in force. Definitions are left out which the server versions write differently.
pub(crate) const OBJECTS: &str = "
WITH own AS (
    SELECT class.oid, class.relname, class.relpersistence, class.relrowsecurity
    FROM pg_catalog.pg_class AS class
    JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE namespace.nspname = $1 AND class.relkind = 'r'
), line AS (
    SELECT concat_ws(' ', 'table', relname) AS text FROM own WHERE relpersistence = 'p'
    UNION ALL
    SELECT concat_ws(' ', 'row security on', relname) FROM own WHERE relrowsecurity
    UNION ALL
    SELECT concat_ws(' ', 'column', relname || '.' || attname, format_type(atttypid, atttypmod),
        CASE WHEN attnotnull THEN 'not null' END, CASE WHEN attidentity <> '' THEN 'identity' END)
    FROM own JOIN pg_catalog.pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT concat_ws(' ', 'constraint', relname || '.' || conname, contype)
    FROM own JOIN pg_catalog.pg_constraint ON conrelid = own.oid AND contype <> 'n' AND convalidated
    UNION ALL
    SELECT concat_ws(' ', 'index', relname || '.' || indexes.relname2, CASE WHEN indisunique THEN 'unique' END,
        CASE WHEN indpred IS NOT NULL THEN 'partial' END, 'on', (
            SELECT string_agg(attname, ' ' ORDER BY position)
            FROM unnest(indkey::smallint[]) WITH ORDINALITY AS key (number, position)
            JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = key.number))
    FROM own JOIN pg_catalog.pg_index ON indrelid = own.oid AND indisvalid AND indisready
    CROSS JOIN LATERAL (SELECT relname AS relname2 FROM pg_catalog.pg_class WHERE oid = indexrelid) AS indexes
    UNION ALL
    SELECT concat_ws(' ', 'trigger', relname || '.' || tgname, 'calls', proname)
    FROM own JOIN pg_catalog.pg_trigger ON tgrelid = own.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A')
    JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
)
SELECT text FROM line ORDER BY text COLLATE \"C\"";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{LockWait, migrate};
    use crate::schema::MIGRATIONS;
    use kakaopay_postgres_cluster::shared;
    use tokio_postgres::NoTls;

    #[tokio::test]
    async fn f70_the_objects_are_the_golden_file() {
        let Some(cluster) = shared() else { return };
        let connected = tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await;
        let (mut client, connection) = connected.unwrap();
        tokio::spawn(connection);
        let schema = SchemaName::parse("objects").unwrap();
        migrate(&mut client, &schema, MIGRATIONS, LockWait::new()).await.unwrap();
        let rows = client.query(OBJECTS, &[&schema.as_str()]).await.unwrap();
        let found: String = rows.iter().map(|row| format!("{}\n", row.get::<_, &str>(0))).collect();
        assert!(found == EXPECTED, "the objects are now:\n{found}");
        check_objects(&client, &schema).await.unwrap();
    }
}
