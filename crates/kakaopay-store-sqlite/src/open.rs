//! Opens a file as a ledger, or says why not.

use std::path::Path;
use std::time::Duration;

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::library::check_library;
use crate::migrate::{check_newest, migrate, recognise};
use crate::open_error::OpenError;
use crate::schema::MIGRATIONS;
use crate::store::SqliteStore;

/// How to open a ledger. What [`SqliteOptions::new`] gives is right for most.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    busy_timeout: Duration,
    max_pages: Option<u32>,
    queue: usize,
    migrating: bool,
}

impl SqliteOptions {
    /// Five seconds of patience with other processes, no limit but the disk, 1024 waiting calls.
    #[must_use]
    pub fn new() -> Self {
        Self { busy_timeout: Duration::from_secs(5), max_pages: None, queue: 1024, migrating: true }
    }

    /// How long to wait for another process that holds the file, before calls fail as `Busy`.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// The most pages (of 4096 bytes) the file may have, before calls fail as `Full`. The limit is
    /// this store's and not the file's: whoever opens the file next gives their own.
    #[must_use]
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// How many calls may wait for the file, before further ones fail as `Busy` at once. It bounds
    /// the memory that a flood takes.
    #[must_use]
    pub fn max_queued_calls(mut self, calls: usize) -> Self {
        self.queue = calls;
        self
    }

    /// Opens a ledger only if it has this version's schema, makes none, and brings none forward: for those
    /// who look at the ledger of a shop that runs, perhaps with an older version.
    #[must_use]
    pub fn skip_migrations(mut self) -> Self {
        self.migrating = false;
        self
    }

    /// Opens the ledger in this file, and creates it when there is no file.
    ///
    /// It reads and may write the file before it returns: on an async runtime, call it while
    /// starting or where blocking is allowed.
    ///
    /// # Errors
    /// [`OpenError`] says why. A file that is not a ledger is left as it is.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        SqliteStore::start(path.as_ref(), self)
    }

    /// What is done about a file that does not exist when the ledger is opened.
    pub(crate) fn missing(&self) -> Missing {
        if self.migrating { Missing::Create } else { Missing::Refuse }
    }

    pub(crate) fn queue_length(&self) -> usize {
        self.queue
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a missing file is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made.
    Create,
    /// It is an error. A file that vanished while it was in use held payments, and a new one in
    /// its place would forget them without a word.
    Refuse,
}

/// The connection that writes.
pub(crate) fn connect_writer(
    path: &Path,
    options: &SqliteOptions,
    missing: Missing,
) -> Result<Connection, OpenError> {
    check_library(rusqlite::version_number())?;
    // No URI flag: a path with a `?` in it is a path.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if missing == Missing::Create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    let patience = options.busy_timeout;
    connection.busy_timeout(ASKING.min(patience))?;
    // SQLite opens a file it may not write for reading, without an error.
    if connection.is_readonly("main")? {
        return Err(OpenError::ReadOnly);
    }
    // Before the journal mode is set, which would already change a file that is not ours.
    let found = patiently(patience, || recognise(&connection, MIGRATIONS))?;
    if !options.migrating {
        check_newest(found, MIGRATIONS)?;
    }
    patiently(patience, || make_durable(&connection))?;
    connection.pragma_update(None, "foreign_keys", true)?;
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
    connection.busy_timeout(patience)?;
    Ok(connection)
}

/// Tries until the file is free, or patience is at its end.
///
/// SQLite asks for a lock ten times a second at last. Between two commits of a busy shop the file is free for much
/// less, so that whoever opens it, while a version is rolled out, would hardly ever come upon that moment.
fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    let tries = patience.as_millis() / ASKING.as_millis();
    for _ in 0..tries {
        match attempt() {
            // SQLite has waited before it said so.
            Err(OpenError::Store(error)) if error.kind() == StoreErrorKind::Busy => {}
            outcome => return outcome,
        }
    }
    attempt()
}

/// The connection that writes, in place of one that failed.
pub(crate) fn reconnect_writer(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let connection = connect_writer(path, options, Missing::Refuse)?;
    // A commit whose sync failed has left itself at the end of the log, and some systems take it for written from
    // then on. Should the index of the log go before anything else is stored, it would be read as a commit that is
    // durable, which it is not. So it is overwritten, with a commit that says nothing new.
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)?;
    Ok(connection)
}

/// The connection that reads.
pub(crate) fn connect_reader(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    // Reading opens the log, and who has it open keeps its index, which alone knows that a commit failed. Without
    // this the index would go with the writer's connection, just when that is replaced because a sync failed.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Makes a commit mean that it is on the disk.
fn make_durable(connection: &Connection) -> Result<(), OpenError> {
    let answer = switch_to_log(connection)?;
    if answer != "wal" {
        return Err(OpenError::NoWal { answer });
    }
    // NORMAL would not sync the log at a commit: a loss of power could take acknowledged ones.
    connection.pragma_update(None, "synchronous", "FULL")?;
    let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if level != FULL {
        let error = StoreError::new(StoreErrorKind::Other, "SQLite did not take synchronous=FULL");
        return Err(OpenError::Store(error));
    }
    // On macOS a plain fsync stops at the drive's cache. Elsewhere these two do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

/// Sets the journal mode, and gives SQLite's answer.
///
/// When several open a new file at once, SQLite fails all but one of them without waiting: each
/// holds a read lock that the other would have to wait for. So wait for a lock that is taken from
/// nothing, which honours the busy timeout, and try again. Each round lets at least one through.
///
/// SQLite answers `wal` before the file is switched, which the end of the statement does: only when that was
/// reached without an error is the answer true. Otherwise the store would go on with a rollback journal, where
/// a loss of power can bring back what a commit has taken away.
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

/// For how long SQLite itself waits while a file is opened.
const ASKING: Duration = Duration::from_millis(1);

/// How often to try again: more than processes that ever start together on one file.
const SWITCHES: usize = 32;

/// Most memory for pages, by the unit SQLite takes for a negative number: 64 MiB.
const CACHE_KIBIBYTES: i64 = -65_536;

/// How many pages the log has before they are put in their place: 16 MiB, four times what SQLite does.
const LOG_PAGES: i64 = 4_000;

/// More than the writer has in all.
const STATEMENTS: usize = 64;

/// How SQLite numbers `synchronous=FULL`.
const FULL: i64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f12_the_writer_syncs_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.db");
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
        let path = dir.path().join("ledger.db");
        let error = connect_writer(&path, &SqliteOptions::new(), Missing::Refuse).unwrap_err();
        assert_eq!(StoreError::from(error).kind(), StoreErrorKind::Io);
        assert!(!path.exists());
    }

    #[test]
    fn the_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.db");
        let _writer = connect_writer(&path, &SqliteOptions::new(), Missing::Create).unwrap();
        let reader = connect_reader(&path, &SqliteOptions::new()).unwrap();
        let error = reader.execute("DELETE FROM payment", []).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ReadOnly));
    }

    #[test]
    fn an_entry_is_never_changed_or_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.db");
        let writer = connect_writer(&path, &SqliteOptions::new(), Missing::Create).unwrap();
        writer
            .execute_batch(
                "INSERT INTO payment (id, reference, seq) VALUES (1, 'a', 1);
                 INSERT INTO entry (payment, seq, bytes) VALUES (1, 1, x'00');",
            )
            .unwrap();
        writer.execute("UPDATE entry SET seq = 2", []).unwrap_err();
        writer.execute("DELETE FROM entry", []).unwrap_err();
    }
}
