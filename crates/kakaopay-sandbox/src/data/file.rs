//! The file: one table of records.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use kakaopay_types::{Key, PublicKey, SecretKey};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::claim::Claim;
use super::error::DataError;
use super::header::{self, APPLICATION_ID, VERSION};
use crate::keys::Keys;
use crate::snapshot::{Changes, Part, Record, Snapshot};

/// The one table. `place` is that of a record's first version, which is the order things were made in.
const TABLE: &str = "
CREATE TABLE record (
    place INTEGER NOT NULL PRIMARY KEY,
    part  TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    json  TEXT    NOT NULL,
    UNIQUE (part, key)
) STRICT;
";
const PUT: &str = "INSERT INTO record (part, key, json) VALUES (?1, ?2, ?3)
    ON CONFLICT (part, key) DO UPDATE SET json = excluded.json";

/// The part that the keys are.
const KEYS: &str = "keys";
/// The part that says what the sandbox was when it was built.
const FIRST: &str = "first";

/// A file that keeps a sandbox. It is this sandbox's alone while it is open.
pub(crate) struct DataFile {
    connection: Connection,
    /// The state as it was written last, which nearly every request asks to be written again.
    state: Vec<u8>,
    /// Given back after the connection is closed.
    _claim: Claim,
}

/// What a file has kept.
pub(super) struct Kept {
    pub(super) keys: Keys,
    /// What the sandbox was when it was built.
    pub(super) first: Snapshot,
    pub(super) now: Snapshot,
}

impl DataFile {
    /// Opens a file, and makes it one that keeps a sandbox if it is empty or not there.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let claim = Claim::of(path)?;
        header::check(claim.path())?;
        // No URI flag: a path with a `?` in it is a path.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(claim.path(), flags)?;
        // Who has the file has it until it ends, so that there is nothing to wait for.
        connection.busy_timeout(Duration::ZERO)?;
        // SQLite opens a file it may not write for reading, without an error.
        if connection.is_readonly("main")? {
            return Err(DataError::ReadOnly);
        }
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        make(&mut connection)?;
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(DataError::Io(format!("SQLite keeps it in `{mode}` and not in WAL mode").into()));
        }
        // What is committed is with the operating system: no death of this process takes it back. Waiting for the
        // disk as well would make each answer several times as slow, and only help when the machine loses power;
        // then the last test orders may be missing, and the file is sound.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self { connection, state: Vec::new(), _claim: claim })
    }

    /// What it has kept; `None` when it is new.
    pub(super) fn read(&self) -> Result<Option<Kept>, DataError> {
        let mut statement = self.connection.prepare("SELECT part, key, json FROM record ORDER BY place")?;
        let mut rows = statement.query([])?;
        let (mut keys, mut first, mut records) = (None, None, Vec::new());
        while let Some(row) = rows.next()? {
            let (part, key, json): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            match part.as_str() {
                KEYS => keys = Some(read_keys(&json).ok_or(DataError::Damaged)?),
                FIRST => first = Some(Snapshot::from_bytes(json)),
                _ => {
                    let part = part_of(&part, &key).ok_or(DataError::Damaged)?;
                    records.push(Record { part, json: json.into_bytes() });
                }
            }
        }
        match (keys, first) {
            (None, None) if records.is_empty() => Ok(None),
            (Some(keys), Some(first)) => {
                Ok(Some(Kept { keys, first, now: Snapshot::from_records(&records)? }))
            }
            _ => Err(DataError::Damaged),
        }
    }

    /// Writes what stays the same while the sandbox is open, and everything else there is.
    pub(super) fn begin(
        &mut self,
        keys: &Keys,
        first: &Snapshot,
        changes: &Changes,
    ) -> Result<(), DataError> {
        let first = String::from_utf8_lossy(first.as_bytes());
        self.put(&[(KEYS, write_keys(keys).as_str()), (FIRST, &first)], changes)
    }

    /// Writes what has changed, all of it or nothing.
    pub(super) fn write(&mut self, changes: &Changes) -> Result<(), DataError> {
        match changes.records.as_slice() {
            [only] if !changes.whole && only.json == self.state => Ok(()),
            _ => self.put(&[], changes),
        }
    }

    /// Lets the file grow to so many pages, and no further.
    #[cfg(test)]
    pub(super) fn grow_to(&self, pages: u32) {
        self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    }

    fn put(&mut self, settings: &[(&str, &str)], changes: &Changes) -> Result<(), DataError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if changes.whole {
            transaction.execute("DELETE FROM record WHERE part NOT IN (?1, ?2)", [KEYS, FIRST])?;
        }
        for (part, json) in settings {
            transaction.prepare_cached(PUT)?.execute((part, "", json))?;
        }
        for record in &changes.records {
            let (part, key) = name_of(&record.part);
            transaction.prepare_cached(PUT)?.execute((part, key, String::from_utf8_lossy(&record.json)))?;
        }
        transaction.commit()?;
        let state = changes.records.iter().find(|record| record.part == Part::State);
        self.state = state.map(|record| record.json.clone()).unwrap_or_default();
        Ok(())
    }
}

impl fmt::Debug for DataFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataFile").finish_non_exhaustive()
    }
}

/// Makes an empty file one that keeps a sandbox, and looks again at one that did before.
fn make(connection: &mut Connection) -> Result<(), DataError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let number = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0));
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION_ID, VERSION) => return Ok(()),
        (APPLICATION_ID, found) => return Err(DataError::Newer { found, supported: VERSION }),
        (0, 0) => {}
        _ => return Err(DataError::Foreign),
    }
    create(transaction)
}

fn create(transaction: Transaction<'_>) -> Result<(), DataError> {
    transaction.execute_batch(TABLE)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn name_of(part: &Part) -> (&'static str, &str) {
    match part {
        Part::State => ("state", ""),
        Part::Source(id) => ("source", id.as_str()),
        Part::Charge(id) => ("charge", id.as_str()),
        Part::Event(id) => ("event", id.as_str()),
    }
}

fn part_of(name: &str, key: &str) -> Option<Part> {
    Some(match name {
        "state" => Part::State,
        "source" => Part::Source(key.parse().ok()?),
        "charge" => Part::Charge(key.parse().ok()?),
        "event" => Part::Event(key.parse().ok()?),
        _ => return None,
    })
}

fn write_keys(keys: &Keys) -> String {
    serde_json::json!({"public": keys.public.expose(), "secret": keys.secret.expose()}).to_string()
}

fn read_keys(json: &str) -> Option<Keys> {
    let object: serde_json::Value = serde_json::from_str(json).ok()?;
    let key = |name: &str| object.get(name).and_then(serde_json::Value::as_str);
    Some(Keys {
        public: PublicKey::parse(key("public")?).ok()?,
        secret: SecretKey::parse(key("secret")?).ok()?,
    })
}
