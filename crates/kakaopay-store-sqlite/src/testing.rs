//! Internal to the tests of this workspace: a schema version after the newest.

use kakaopay_store::sql::Migration;
use rusqlite::Connection;

use crate::migrate::migrate;
use crate::open_error::SqliteOpenError;
use crate::schema::MIGRATIONS;

/// Migrates a store as a later version would whose list of migrations ends with `added`.
///
/// # Errors
/// As [`SqliteStore::open`](crate::SqliteStore::open).
pub fn migrate_to_next(connection: &Connection, added: &'static str) -> Result<(), SqliteOpenError> {
    migrate(connection, &[MIGRATIONS, &[Migration::new(added)]].concat())
}
