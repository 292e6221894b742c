//! The lock of a migration, and the sessions that hold locks in its way.

use std::time::Duration;

use tokio_postgres::Client;

use super::lock_holder::LockHolder;
use super::lock_wait::LockWait;
use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// Reads which sessions held a migration up: another one that migrates, and those whose transaction has lasted at least
/// as long as the attempt waited, and locks a table of the schema or, where an index is built, keeps an old snapshot.
pub(super) async fn lock_holders(
    client: &Client,
    schema: &SchemaName,
    wait: LockWait,
    builds_index: bool,
) -> Result<Vec<LockHolder>, PostgresOpenError> {
    let waited = wait.attempt.as_secs_f64();
    let rows = client.query(HOLDERS, &[&schema.as_str(), &waited, &builds_index]).await;
    let rows = rows.map_err(failed_to_open)?;
    let holders = rows.iter().map(|row| LockHolder {
        pid: row.get(0),
        application: row.get(1),
        user: row.get(2),
        state: row.get(3),
        lasted: row.get::<_, Option<f64>>(4).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    });
    Ok(holders.collect())
}

/// The lock of a migration, by which only one process migrates a schema.
pub(super) const LOCK_KEY: &str = "hashtextextended('kakaopay ' || $1::text, 0)";

const HOLDERS: &str = "
SELECT pid, coalesce(nullif(application_name, ''), backend_type, ''), coalesce(usename, '')::text, state,
       extract(epoch FROM clock_timestamp() - xact_start)::float8
FROM pg_stat_activity AS session
WHERE pid <> pg_backend_pid() AND datname = current_database() AND (
    EXISTS (SELECT FROM pg_locks AS held
        WHERE held.pid = session.pid AND granted AND locktype = 'advisory' AND objsubid = 1
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended('kakaopay ' || $1::text, 0))
    OR coalesce(xact_start <= clock_timestamp() - make_interval(secs => $2), TRUE) AND (
        $3 AND backend_xmin IS NOT NULL
        OR EXISTS (SELECT FROM pg_locks AS held
            JOIN pg_class ON pg_class.oid = relation
            JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = $1
            WHERE held.pid = session.pid AND granted)))
ORDER BY xact_start, pid";
