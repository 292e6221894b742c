//! The sequences that number rows, which logical replication leaves behind.

use tokio_postgres::Client;

use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// Checks that no sequence is behind the rows that it numbers. A user who may not read a sequence cannot know.
///
/// # Errors
/// `SequenceBehind` with the statements that mend it, or any error of the server.
pub(crate) async fn check_sequences(client: &Client, schema: &SchemaName) -> Result<(), PostgresOpenError> {
    let rows = client.query(&schema.fill(BEHIND), &[&schema.as_str()]).await.map_err(failed_to_open)?;
    if rows.is_empty() {
        return Ok(());
    }
    let mend = |row: &tokio_postgres::Row| {
        let table: &str = row.get(0);
        let sql = "SELECT setval(pg_get_serial_sequence('{schema}.{table}', 'id'), (SELECT max(id) FROM {schema}.{table}))";
        schema.fill(&sql.replace("{table}", table))
    };
    let statements = rows.iter().map(mend).collect::<Vec<_>>().join("; ");
    Err(PostgresOpenError::SequenceBehind { statements })
}

/// The tables whose newest row is ahead of their sequence.
const BEHIND: &str = "
SELECT list.name
FROM (VALUES
    ('payment', (SELECT max(id) FROM {schema}.payment)),
    ('inbox_event', (SELECT max(id) FROM {schema}.inbox_event)),
    ('outbox_message', (SELECT max(id) FROM {schema}.outbox_message))
) AS list (name, newest)
CROSS JOIN LATERAL (
    SELECT pg_get_serial_sequence(format('%I.%I', $1::text, list.name), 'id')::regclass::oid AS oid
) AS numbering
WHERE has_sequence_privilege(numbering.oid, 'SELECT') AND list.newest > coalesce((
    SELECT last_value FROM pg_catalog.pg_sequences AS sequence
    JOIN pg_catalog.pg_class AS class ON class.relname = sequence.sequencename
    JOIN pg_catalog.pg_namespace AS namespace
        ON namespace.oid = class.relnamespace AND namespace.nspname = sequence.schemaname
    WHERE class.oid = numbering.oid
), 0)";
