//! Opens a file as a store.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_store::sql::check_newest;
use kakaopay_store::{Clock, StoreError, StoreErrorKind, SystemClock};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::migrate::{migrate, schema_version};
use crate::open_error::SqliteOpenError;
use crate::opened_file::{create_for_owner, restrict_to_owner};
use crate::schema::MIGRATIONS;
use crate::sqlite_version::check_library;
use crate::store::SqliteStore;
use crate::time::correct;

/// Options of a store. The defaults of [`SqliteOptions::new`] suit most shops.
#[derive(Clone)]
pub struct SqliteOptions {
    busy_timeout: Duration,
    max_pages: Option<u32>,
    queue: usize,
    migrating: bool,
    clock: Arc<dyn Clock>,
}

impl SqliteOptions {
    /// The defaults: 5 s busy timeout, no size limit, 1024 queued calls, migrations enabled.
    #[must_use]
    pub fn new() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
            queue: 1024,
            migrating: true,
            clock: Arc::new(SystemClock),
        }
    }

    /// How long to wait for a lock of another process before calls fail as `Busy`.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Maximum size of the file in pages of 4096 bytes; above it calls fail as `Full`. The limit is not stored
    /// in the file.
    #[must_use]
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// How many calls may be queued; further ones fail as `Busy` at once. It bounds the memory of a flood.
    #[must_use]
    pub fn max_queued_calls(mut self, calls: usize) -> Self {
        self.queue = calls;
        self
    }

    /// Neither creates nor migrates the store: opening fails unless it has the newest schema, or a
    /// newer one that this program can use. For tools that read
    /// the store of a running shop, whose version may be older.
    #[must_use]
    pub fn skip_migrations(mut self) -> Self {
        self.migrating = false;
        self
    }

    /// Sets the clock by which the store judges leases and deadlines: the same for all processes that have the file
    /// open. Default: the system clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the store in this file, and creates it if there is no file.
    ///
    /// It blocks: on an async runtime, call it during startup or where blocking is allowed.
    ///
    /// # Errors
    /// [`SqliteOpenError`]. The file of another program is unchanged.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, SqliteOpenError> {
        SqliteStore::start(path.as_ref(), self)
    }

    /// Whether a missing file is created.
    pub(crate) fn missing(&self) -> Missing {
        if self.migrating { Missing::Create } else { Missing::Refuse }
    }

    pub(crate) fn patience(&self) -> Duration {
        self.busy_timeout
    }

    pub(crate) fn queue_length(&self) -> usize {
        self.queue
    }

    pub(crate) fn store_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("busy_timeout", &self.busy_timeout)
            .field("max_pages", &self.max_pages)
            .field("queue", &self.queue)
            .field("migrating", &self.migrating)
            .finish_non_exhaustive()
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a missing file is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is created.
    Create,
    /// It is an error. A file that vanished while in use held payments, and a new one would silently forget them.
    Refuse,
}

/// Opens the writing connection.
pub(crate) fn connect_writer(
    path: &Path,
    options: &SqliteOptions,
    missing: Missing,
) -> Result<Connection, SqliteOpenError> {
    check_library(rusqlite::version_number())?;
    // No URI flag: a path with a `?` in it is a path.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if missing == Missing::Create {
        create_for_owner(path);
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    let patience = options.busy_timeout;
    connection.busy_timeout(ASKING.min(patience))?;
    // SQLite opens a file it may not write for reading, without an error.
    if connection.is_readonly("main")? {
        return Err(SqliteOpenError::ReadOnly);
    }
    // Before the journal mode is set, which would already change a file that is not ours.
    let found = patiently(patience, || schema_version(&connection, MIGRATIONS))?;
    if !options.migrating {
        check_newest(found, MIGRATIONS)?;
    }
    patiently(patience, || make_durable(&connection))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is removed of a buyer is not left in the file. It costs a page only where a whole one is given up.
    connection.pragma_update(None, "secure_delete", true)?;
    // What a call of a group can take back is kept in memory: a call has a few pages, and SQLite would put
    // them into files that it makes and removes again.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A busy shop writes all over the indexes of a large file, whose pages would be read anew for each step;
    // and what is written twice is put in its place once. A small file takes little of either.
    connection.pragma_update(None, "cache_size", CACHE_KIBIBYTES)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    // All statements of a step, and those around it.
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if let Some(pages) = options.max_pages {
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    patiently(patience, || migrate(&connection, MIGRATIONS))?;
    if options.migrating {
        restrict_to_owner(path)?;
        patiently(patience, || correct(&connection, options.clock.now()).map_err(SqliteOpenError::Store))?;
    }
    // The log stays if this connection is replaced while it happens to be the only one: a log that is gone is taken for
    // deleted by others.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(patience)?;
    Ok(connection)
}

/// Retries until the file is unlocked, or the busy timeout has passed.
///
/// SQLite's own retries slow down to ten a second. A busy shop unlocks the file for much less than that between two
/// commits, so that a process that opens it during a rolling deployment would hardly ever succeed.
fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, SqliteOpenError>,
) -> Result<T, SqliteOpenError> {
    let tries = patience.as_millis() / ASKING.as_millis();
    for _ in 0..tries {
        match attempt() {
            // SQLite has waited before it said so.
            Err(SqliteOpenError::Store(error)) if error.kind() == StoreErrorKind::Busy => {}
            outcome => return outcome,
        }
    }
    attempt()
}

/// Replaces a writing connection that failed.
pub(crate) fn reconnect_writer(path: &Path, options: &SqliteOptions) -> Result<Connection, SqliteOpenError> {
    let connection = connect_writer(path, options, Missing::Refuse)?;
    // A commit whose sync failed has left itself at the end of the log, and some systems take it for written from
    // then on. Should the index of the log go before anything else is stored, it would be read as a commit that is
    // durable, which it is not. So it is overwritten, with a commit that says nothing new.
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)?;
    Ok(connection)
}

/// Opens the reading connection.
pub(crate) fn connect_reader(path: &Path, options: &SqliteOptions) -> Result<Connection, SqliteOpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    // Reading opens the log, and who has it open keeps its index, which alone knows that a commit failed. Without
    // this the index would go with the writer's connection, just when that is replaced because a sync failed.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Configures the connection so that a commit is on the disk when it returns.
fn make_durable(connection: &Connection) -> Result<(), SqliteOpenError> {
    let answer = switch_to_log(connection)?;
    if answer != "wal" {
        return Err(SqliteOpenError::NoWal { answer });
    }
    // NORMAL would not sync the log at a commit: a loss of power could take acknowledged ones.
    connection.pragma_update(None, "synchronous", "FULL")?;
    let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if level != FULL {
        let error = StoreError::new(StoreErrorKind::Other, "SQLite did not take synchronous=FULL");
        return Err(SqliteOpenError::Store(error));
    }
    // On macOS a plain fsync stops at the drive's cache. Elsewhere these two do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

/// Sets the journal mode. Returns SQLite's response.
///
/// When several processes open a new file concurrently, SQLite fails all but one without waiting: each holds a read
/// lock that blocks the others. So wait for a write lock taken without a read lock, which honours the busy timeout,
/// and retry. Each round lets at least one process succeed.
///
/// SQLite returns `wal` before it switches the file, which happens at the end of the statement: the response holds
/// only if the statement ends without an error. Otherwise the store would use a rollback journal, where a power
/// loss can undo a commit.
fn switch_to_log(connection: &Connection) -> rusqlite::Result<String> {
    let switch = || -> rusqlite::Result<String> {
        let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
        let answers = statement.query_map([], |row| row.get(0))?;
        answers.collect::<rusqlite::Result<Vec<String>>>().map(|answers| answers.concat())
    };
    let mut answer = switch();
    for _ in 0..SWITCHES {
        match &answer {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK;")?;
                answer = switch();
            }
            _ => break,
        }
    }
    answer
}

/// SQLite's own busy timeout while a file is opened.
const ASKING: Duration = Duration::from_millis(1);

/// Retries of the switch: more than processes ever start together on one file.
const SWITCHES: usize = 32;

/// Size of the page cache; negative, so that SQLite takes it as KiB: 64 MiB.
const CACHE_KIBIBYTES: i64 = -65_536;

/// Pages in the log before a checkpoint: 16 MiB, four times SQLite's default.
const LOG_PAGES: i64 = 4_000;

/// Capacity of the statement cache: more than the writer has statements.
const STATEMENTS: usize = 64;

/// SQLite's number of `synchronous=FULL`.
const FULL: i64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f12_the_writer_syncs_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let writer = connect_writer(&path, &SqliteOptions::new(), Missing::Create).unwrap();
        let number = |pragma| writer.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(number("synchronous"), FULL);
        assert_eq!(number("foreign_keys"), 1);
        assert_eq!(number("fullfsync"), 1);
        assert_eq!(number("application_id"), i64::from(crate::schema::APPLICATION_ID));
    }

    #[test]
    fn a_file_that_vanished_is_not_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let error = connect_writer(&path, &SqliteOptions::new(), Missing::Refuse).unwrap_err();
        assert_eq!(StoreError::from(error).kind(), StoreErrorKind::Io);
        assert!(!path.exists());
    }

    #[test]
    fn the_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let _writer = connect_writer(&path, &SqliteOptions::new(), Missing::Create).unwrap();
        let reader = connect_reader(&path, &SqliteOptions::new()).unwrap();
        let error = reader.execute("DELETE FROM payment", []).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ReadOnly));
    }

    #[test]
    fn an_entry_is_never_changed_or_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let writer = connect_writer(&path, &SqliteOptions::new(), Missing::Create).unwrap();
        writer
            .execute_batch(
                "INSERT INTO payment (id, reference, last_seq) VALUES (1, 'a', 1);
                 INSERT INTO journal_entry (payment_id, seq, bytes, checksum) VALUES (1, 1, x'00', 0);",
            )
            .unwrap();
        writer.execute("UPDATE journal_entry SET seq = 2", []).unwrap_err();
        writer.execute("DELETE FROM journal_entry", []).unwrap_err();
    }
}
