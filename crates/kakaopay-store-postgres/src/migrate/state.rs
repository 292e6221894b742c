//! The state of a schema, and the migrations that it has seen.

use kakaopay_store::SchemaError;
use kakaopay_store::sql::{AppliedMigration, Migration, check_applied};
use tokio_postgres::error::SqlState;
use tokio_postgres::{GenericClient, Row};

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
    pub(super) fn version(self) -> i64 {
        match self {
            Self::Missing | Self::Empty => 0,
            Self::Version(version) => version,
        }
    }
}

/// Reads the state of a schema without changing it.
pub(super) async fn schema_state(
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

pub(super) async fn applied(
    client: &impl GenericClient,
    schema: &SchemaName,
) -> Result<Vec<AppliedMigration>, PostgresOpenError> {
    let migrations =
        schema.fill("SELECT version, checksum, usable_from FROM {schema}.migration ORDER BY version");
    let rows = match client.query(&migrations, &[]).await {
        Ok(rows) => rows,
        // Another program's table of this name has other columns.
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
            return Err(SchemaError::NotAStore.into());
        }
        Err(error) => return Err(failed_to_open(error).into()),
    };
    // Or other types.
    let read = |row: &Row| {
        Ok(AppliedMigration {
            version: row.try_get(0)?,
            checksum: row.try_get(1)?,
            usable_from: row.try_get(2)?,
        })
    };
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
pub(super) const MIGRATION_TABLE: &str = "
CREATE TABLE {schema}.migration (
    version     bigint NOT NULL PRIMARY KEY,
    checksum    text   NOT NULL,
    -- The oldest version of a program that can use the store after it.
    usable_from bigint NOT NULL
)";
