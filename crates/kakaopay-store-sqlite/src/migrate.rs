//! Brings a file's schema to the newest, and refuses files that are not ours.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::open_error::OpenError;
use crate::schema::{APPLICATION_ID, Migration};

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is in it.
    Empty,
    /// It is a ledger that has seen that many migrations.
    Ledger { version: i64 },
}

/// Looks at a file without changing it.
pub(crate) fn recognise(connection: &Connection, migrations: &[Migration]) -> Result<Found, OpenError> {
    // One transaction: between two reads another process could make the file a ledger, and what
    // was seen of it would be neither empty nor ours.
    let moment = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    look(&moment, migrations)
}

/// As [`recognise`], inside a transaction.
fn look(connection: &Connection, migrations: &[Migration]) -> Result<Found, OpenError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == i64::from(APPLICATION_ID) {
        let supported = newest(migrations);
        if version > supported {
            return Err(OpenError::NewerSchema { found: version, supported });
        }
        check_applied(connection, migrations)?;
        return Ok(Found::Ledger { version });
    }
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if (application, version, objects) == (0, 0, 0) {
        return Ok(Found::Empty);
    }
    Err(OpenError::UnrecognizedSchema)
}

/// Applies what a file has not seen, all of it or nothing.
pub(crate) fn migrate(connection: &Connection, migrations: &[Migration]) -> Result<(), OpenError> {
    let newest = newest(migrations);
    if recognise(connection, migrations)? == (Found::Ledger { version: newest }) {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let seen = match look(&transaction, migrations)? {
        Found::Empty => {
            transaction.execute_batch(BOOK)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            0
        }
        Found::Ledger { version } => version,
    };
    for (version, migration) in (1_i64..).zip(migrations) {
        if version > seen {
            transaction.execute_batch(migration.sql)?;
            transaction.execute(
                "INSERT INTO migration (version, checksum) VALUES (?1, ?2)",
                (version, checksum(migration.sql)),
            )?;
        }
    }
    transaction.pragma_update(None, "user_version", newest)?;
    transaction.commit()?;
    Ok(())
}

/// Refuses a file that would have to be changed.
pub(crate) fn check_newest(found: Found, migrations: &[Migration]) -> Result<(), OpenError> {
    let version = match found {
        Found::Empty => 0,
        Found::Ledger { version } => version,
    };
    let supported = newest(migrations);
    if version == supported { Ok(()) } else { Err(OpenError::OlderSchema { found: version, supported }) }
}

/// Finds a migration that was edited after this file had seen it.
fn check_applied(connection: &Connection, migrations: &[Migration]) -> Result<(), OpenError> {
    let mut statement = connection.prepare("SELECT version, checksum FROM migration ORDER BY version")?;
    let mut applied = statement.query([])?;
    let mut known = (1_i64..).zip(migrations);
    while let Some(row) = applied.next()? {
        let (version, found): (i64, String) = (row.get(0)?, row.get(1)?);
        let same = known
            .next()
            .is_some_and(|(expected, migration)| expected == version && checksum(migration.sql) == found);
        if !same {
            return Err(OpenError::AlteredSchema { version });
        }
    }
    Ok(())
}

fn newest(migrations: &[Migration]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

/// FNV-1a of the text. It finds a slip of ours, not an attacker, who could edit the file itself.
fn checksum(sql: &str) -> String {
    let hash = sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Where a file remembers what it has seen.
const BOOK: &str = "
CREATE TABLE migration (
    version  INTEGER NOT NULL PRIMARY KEY,
    checksum TEXT    NOT NULL
) STRICT;
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{MIGRATIONS, SECOND};
    use kakaopay_store::Store;
    use rusqlite::fallible_iterator::FallibleIterator;

    const ONE: Migration = Migration { sql: "CREATE TABLE one (a INTEGER) STRICT;" };
    const TWO: Migration = Migration { sql: "CREATE TABLE two (a INTEGER) STRICT;" };
    const BROKEN: Migration =
        Migration { sql: "CREATE TABLE three (a INTEGER) STRICT; CREATE TABLE one (a INTEGER) STRICT;" };

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn the_checksum_is_the_published_fnv_1a() {
        assert_eq!(checksum(""), "cbf29ce484222325");
        assert_eq!(checksum("a"), "af63dc4c8601ec8c");
        assert_eq!(checksum("foobar"), "85944171f73967e8");
    }

    #[test]
    fn a_released_migration_is_never_edited() {
        // Should this fail: put the old text back, and add a migration instead.
        let found: Vec<_> = MIGRATIONS.iter().map(|one| checksum(one.sql)).collect();
        assert_eq!(found, RELEASED);
    }

    const RELEASED: [&str; 2] = ["4ed97f0c7abeb1e1", "c71ede7e9bdf382d"];

    #[test]
    fn who_only_looks_takes_the_newest_schema_alone() {
        let connection = memory();
        let check = |migrations| check_newest(recognise(&connection, migrations).unwrap(), migrations);
        let empty = check(&[ONE]).unwrap_err();
        assert!(matches!(empty, OpenError::OlderSchema { found: 0, supported: 1 }), "{empty}");
        migrate(&connection, &[ONE]).unwrap();
        check(&[ONE]).unwrap();
        let older = check(&[ONE, TWO]).unwrap_err();
        assert!(matches!(older, OpenError::OlderSchema { found: 1, supported: 2 }), "{older}");
    }

    #[test]
    fn a_file_goes_forward_one_migration_at_a_time() {
        let connection = memory();
        assert_eq!(recognise(&connection, &[ONE]).unwrap(), Found::Empty);
        migrate(&connection, &[ONE]).unwrap();
        migrate(&connection, &[ONE]).unwrap();
        migrate(&connection, &[ONE, TWO]).unwrap();
        let found = recognise(&connection, &[ONE, TWO]).unwrap();
        assert_eq!(found, Found::Ledger { version: 2 });
        connection.execute_batch("SELECT a FROM one; SELECT a FROM two;").unwrap();
    }

    #[test]
    fn f43_what_an_older_program_stored_stays() {
        let connection = memory();
        migrate(&connection, &MIGRATIONS[..1]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO payment (id, reference, seq, deadline) VALUES (1, 'a', 1, 5);
                 INSERT INTO entry VALUES (1, 1, x'61');
                 INSERT INTO outbox (key, payment, body) VALUES ('a/settled', 1, x'62');",
            )
            .unwrap();
        migrate(&connection, MIGRATIONS).unwrap();
        let loaded =
            crate::lookup::load(&connection, &kakaopay_types::Reference::parse("a").unwrap()).unwrap();
        assert_eq!((loaded.snapshot, loaded.entries.len()), (None, 1));
        let backlog = crate::lookup::backlog(&connection).unwrap();
        assert_eq!((backlog.deadlines.count, backlog.outbox.count), (1, 1));
    }

    /// A process that is killed leaves the file and its log as they are. What is not committed is in the log, too,
    /// once it does not fit into memory.
    #[tokio::test]
    async fn f43_f11_a_migration_that_is_cut_off_anywhere_is_done_by_whoever_opens_next() {
        let folder = tempfile::tempdir().unwrap();
        let (path, left) = (folder.path().join("ledger.db"), folder.path().join("left.db"));
        let file = Connection::open(&path).unwrap();
        file.pragma_update(None, "journal_mode", "wal").unwrap();
        file.pragma_update(None, "cache_size", 1).unwrap();
        migrate(&file, &MIGRATIONS[..1]).unwrap();
        file.execute_batch(PAYMENTS).unwrap();
        let mut cuts = 0;
        let before = std::fs::metadata(folder.path().join("ledger.db-wal")).unwrap().len();
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut statements = rusqlite::Batch::new(&file, SECOND);
        while let Some(mut statement) = statements.next().unwrap() {
            statement.execute([]).unwrap();
            // Further than the migration itself goes, so that its pages leave the memory.
            file.execute_batch("UPDATE outbox SET body = zeroblob(101)").unwrap();
            cuts += 1;
            let name = |path: &std::path::Path, end| format!("{}{end}", path.display());
            for end in ["", "-wal"] {
                std::fs::copy(name(&path, end), name(&left, end)).unwrap();
            }
            let log = std::fs::metadata(name(&left, "-wal")).unwrap().len();
            assert!(log > before, "what is not committed is in the log");
            let connection = Connection::open(&left).unwrap();
            assert_eq!(recognise(&connection, MIGRATIONS).unwrap(), Found::Ledger { version: 1 });
            drop(connection);
            let store = crate::SqliteStore::open(&left).unwrap();
            store.integrity_check().await.unwrap();
            assert_eq!(store.backlog().await.unwrap().outbox.count, 500);
            store.close().await.unwrap();
        }
        assert_eq!(cuts, 3);
    }

    /// Five hundred payments of an older program, each with a message.
    const PAYMENTS: &str = "
        WITH RECURSIVE one (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM one WHERE number < 500)
        INSERT INTO payment (reference, seq) SELECT 'order-' || number, 1 FROM one;
        INSERT INTO entry SELECT id, 1, zeroblob(500) FROM payment;
        INSERT INTO outbox (key, payment, body) SELECT reference || '/settled', id, zeroblob(100) FROM payment;";

    #[test]
    fn an_older_program_refuses_a_newer_file() {
        let connection = memory();
        migrate(&connection, &[ONE, TWO]).unwrap();
        let error = migrate(&connection, &[ONE]).unwrap_err();
        assert!(matches!(error, OpenError::NewerSchema { found: 2, supported: 1 }), "{error}");
    }

    #[test]
    fn an_edited_migration_is_found() {
        let connection = memory();
        migrate(&connection, &[ONE, TWO]).unwrap();
        let error = migrate(&connection, &[ONE, BROKEN]).unwrap_err();
        assert!(matches!(error, OpenError::AlteredSchema { version: 2 }), "{error}");
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_as_it_was() {
        let connection = memory();
        migrate(&connection, &[ONE]).unwrap();
        migrate(&connection, &[ONE, BROKEN]).unwrap_err();
        let found = recognise(&connection, &[ONE]).unwrap();
        assert_eq!(found, Found::Ledger { version: 1 });
        connection.execute_batch("SELECT a FROM three").unwrap_err();
    }
}
