//! Migrates a schema to the newest version.

use kakaopay_store::sql::{self, AppliedMigration, Migration, newest, pending};
use tokio::time::Instant;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::lock_wait::LockWait;
use super::locks::{LOCK_KEY, lock_holders};
use super::state::{MIGRATION_TABLE, SchemaState, schema_state};
use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// Applies the migrations that a schema has not seen, one after another, each whole or not at all.
///
/// An up-to-date schema is only read: the user of the program need not be the owner of the tables. The session's
/// settings are as before, and its lock is given back.
pub(crate) async fn migrate(
    client: &mut Client,
    schema: &SchemaName,
    migrations: &[Migration],
    wait: LockWait,
) -> Result<(), PostgresOpenError> {
    if schema_state(client, schema, migrations).await?.version() >= newest(migrations) {
        return Ok(());
    }
    let timeout = client.query_one("SELECT current_setting('statement_timeout')", &[]).await;
    let timeout: String = timeout.map_err(failed_to_open)?.get(0);
    // A migration may take long: only its waits are bounded.
    client.batch_execute("SET statement_timeout = 0").await.map_err(failed_to_open)?;
    let migrated = Migrator { schema, migrations, wait, begun: Instant::now() }.migrate(client).await;
    let as_before =
        format!("SELECT set_config('statement_timeout', $2, false), pg_advisory_unlock({LOCK_KEY})");
    let restored = client.execute(&as_before, &[&schema.as_str(), &timeout]).await;
    migrated?;
    restored.map_err(failed_to_open)?;
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

struct Migrator<'a> {
    schema: &'a SchemaName,
    migrations: &'a [Migration],
    wait: LockWait,
    begun: Instant,
}

impl Migrator<'_> {
    async fn migrate(&self, client: &mut Client) -> Result<(), PostgresOpenError> {
        let mut state = self.state(client).await?;
        // It is only tried: a statement that waits for the lock would be one that an index which the other process
        // builds waits for. The lock is the session's, as no transaction may surround the building of an index.
        let try_lock = format!("SELECT pg_try_advisory_lock({LOCK_KEY})");
        while !client
            .query_one(&try_lock, &[&self.schema.as_str()])
            .await
            .map_err(failed_to_open)?
            .get::<_, bool>(0)
        {
            self.pause(client, state.version() + 1, false).await?;
            state = self.state(client).await?;
            if state.version() >= newest(self.migrations) {
                return Ok(());
            }
        }
        // Another process may have migrated the schema until then.
        let mut state = self.state(client).await?;
        while let Some((version, migration)) = pending(state.version(), self.migrations).next() {
            match self.apply(client, state, version, migration).await {
                Err(error) if is_locked_out(&error) => {
                    self.pause(client, version, migration.index.is_some()).await?;
                }
                applied => applied.map_err(failed_to_open)?,
            }
            state = self.state(client).await?;
        }
        Ok(())
    }

    async fn state(&self, client: &Client) -> Result<SchemaState, PostgresOpenError> {
        schema_state(client, self.schema, self.migrations).await
    }

    /// Lets the others go on for a moment.
    ///
    /// # Errors
    /// `MigrationBlocked` with the sessions in the way, if it has waited long enough.
    async fn pause(
        &self,
        client: &Client,
        version: i64,
        builds_index: bool,
    ) -> Result<(), PostgresOpenError> {
        let holders = lock_holders(client, self.schema, self.wait, builds_index).await?;
        if self.wait.pause(self.begun).await {
            return Ok(());
        }
        Err(PostgresOpenError::MigrationBlocked { version, waited: self.begun.elapsed(), holders })
    }

    async fn apply(
        &self,
        client: &mut Client,
        state: SchemaState,
        version: i64,
        migration: &Migration,
    ) -> Result<(), tokio_postgres::Error> {
        let record = self
            .schema
            .fill("INSERT INTO {schema}.migration (version, checksum, usable_from) VALUES ($1, $2, $3)");
        let AppliedMigration { version, checksum, usable_from } = AppliedMigration::new(version, migration);
        if let Some(index) = migration.index {
            self.build_index(client, index, migration.sql).await?;
            client.execute(&record, &[&version, &checksum, &usable_from]).await?;
            return Ok(());
        }
        let transaction = client.transaction().await?;
        let attempt = self.wait.attempt.as_millis();
        transaction.batch_execute(&format!("SET LOCAL lock_timeout = {attempt}")).await?;
        if state == SchemaState::Missing {
            transaction.batch_execute(&self.schema.fill("CREATE SCHEMA {schema}")).await?;
        }
        if !matches!(state, SchemaState::Version(_)) {
            transaction.batch_execute(&self.schema.fill(MIGRATION_TABLE)).await?;
        }
        transaction.batch_execute(&self.schema.fill(migration.sql)).await?;
        transaction.execute(&record, &[&version, &checksum, &usable_from]).await?;
        transaction.commit().await
    }

    /// Builds an index while the table is written to, unless it is there. One that was cut off is there, but invalid.
    async fn build_index(
        &self,
        client: &Client,
        index: &str,
        sql: &str,
    ) -> Result<(), tokio_postgres::Error> {
        let found = client.query_opt(INDEX, &[&self.schema.as_str(), &index]).await?;
        let found: Option<bool> = found.map(|row| row.get(0));
        if found == Some(true) {
            return Ok(());
        }
        // Nothing queues behind its waits, and each attempt reads the table anew: all of the time is one attempt.
        let wait = self.wait.total.saturating_sub(self.begun.elapsed()).as_millis().max(1);
        client.batch_execute(&format!("SET lock_timeout = {wait}")).await?;
        let built = async {
            if found.is_some() {
                let drop = self.schema.fill(&format!("DROP INDEX CONCURRENTLY {{schema}}.{index}"));
                client.batch_execute(&drop).await?;
            }
            client.batch_execute(&self.schema.fill(sql)).await
        };
        let built = built.await;
        client.batch_execute("RESET lock_timeout").await?;
        built
    }
}

/// Whether others were in the way, so that another attempt may succeed.
fn is_locked_out(error: &tokio_postgres::Error) -> bool {
    let codes = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Whether an index of this name can be used.
const INDEX: &str = "
SELECT indisvalid AND indisready
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = $1 AND relname = $2";
