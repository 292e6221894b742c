//! Migrates the schema of a file to the newest version, and refuses files of other programs.

use kakaopay_store::SchemaError;
use kakaopay_store::sql::{AppliedMigration, Migration, check_applied, newest, pending};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use crate::open_error::SqliteOpenError;
use crate::schema::APPLICATION_ID;

/// Reads the schema version of a file without changing it; 0 if the file is empty.
pub(crate) fn schema_version(
    connection: &Connection,
    migrations: &[Migration],
) -> Result<i64, SqliteOpenError> {
    // In one transaction: another process may create the store between two reads, which together would then
    // describe neither an empty file nor a store.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    version_in_transaction(&transaction, migrations)
}

fn version_in_transaction(connection: &Connection, migrations: &[Migration]) -> Result<i64, SqliteOpenError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == i64::from(APPLICATION_ID) {
        let newer =
            || SchemaError::Newer { found: version, supported: newest(migrations), usable_from: version };
        let is_later = version > newest(migrations);
        // A later version may have changed the table of migrations, too.
        let applied = match applied(connection) {
            Err(_) if is_later => return Err(newer().into()),
            applied => applied?,
        };
        let found = check_applied(&applied, migrations)?;
        return if is_later && found < version { Err(newer().into()) } else { Ok(found) };
    }
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if (application, version, objects) == (0, 0, 0) {
        return Ok(0);
    }
    Err(SchemaError::NotAStore.into())
}

fn applied(connection: &Connection) -> rusqlite::Result<Vec<AppliedMigration>> {
    let all = "SELECT version, checksum, usable_from FROM migration ORDER BY version";
    let mut statement = connection.prepare(all)?;
    let row = |row: &Row<'_>| {
        Ok(AppliedMigration { version: row.get(0)?, checksum: row.get(1)?, usable_from: row.get(2)? })
    };
    statement.query_map([], row)?.collect()
}

/// Applies the migrations that a file has not seen, in one transaction.
pub(crate) fn migrate(connection: &Connection, migrations: &[Migration]) -> Result<(), SqliteOpenError> {
    let newest = newest(migrations);
    if schema_version(connection, migrations)? >= newest {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have migrated the file while this one waited for the lock.
    let version = version_in_transaction(&transaction, migrations)?;
    if version == 0 {
        transaction.execute_batch(MIGRATION_TABLE)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    for (version, migration) in pending(version, migrations) {
        transaction.execute_batch(migration.sql)?;
        let AppliedMigration { version, checksum, usable_from } = AppliedMigration::new(version, migration);
        transaction.execute(
            "INSERT INTO migration (version, checksum, usable_from) VALUES (?1, ?2, ?3)",
            (version, checksum, usable_from),
        )?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Records the migrations a file has seen.
const MIGRATION_TABLE: &str = "
CREATE TABLE migration (
    version     INTEGER NOT NULL PRIMARY KEY,
    checksum    TEXT    NOT NULL,
    -- The oldest version of a program that can use the store after it.
    usable_from INTEGER NOT NULL
) STRICT;
";

#[cfg(test)]
mod tests {
    use kakaopay_store::sql::check_newest;
    use rusqlite::fallible_iterator::FallibleIterator;

    use super::*;
    use crate::schema::MIGRATIONS;

    const ONE: Migration = Migration::new("CREATE TABLE one (a INTEGER) STRICT;");
    const TWO: Migration = Migration::new("CREATE TABLE two (a INTEGER) STRICT;");
    const BROKEN: Migration =
        Migration::new("CREATE TABLE three (a INTEGER) STRICT; CREATE TABLE one (a INTEGER) STRICT;");

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[track_caller]
    fn schema_error(result: Result<impl std::fmt::Debug, SqliteOpenError>) -> SchemaError {
        match result.unwrap_err() {
            SqliteOpenError::Schema(error) => error,
            error => panic!("{error}"),
        }
    }

    /// If this fails after a release: restore the old text, and add a migration. Before the first release, write
    /// `golden/schema.sql` anew.
    #[test]
    fn the_schema_is_the_golden_file() {
        let connection = memory();
        migrate(&connection, MIGRATIONS).unwrap();
        let mut statement =
            connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let mut dump = String::new();
        for pragma in ["application_id", "user_version"] {
            let value: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
            dump += &format!("PRAGMA {pragma} = {value};\n");
        }
        for sql in rows {
            dump += &format!("\n{};\n", sql.unwrap());
        }
        for AppliedMigration { version, checksum, usable_from } in applied(&connection).unwrap() {
            dump += &format!("\nINSERT INTO migration VALUES ({version}, '{checksum}', {usable_from});\n");
        }
        assert!(dump == include_str!("../golden/schema.sql"), "the schema is now:\n{dump}");
    }

    #[test]
    fn f43_only_the_newest_schema_needs_no_migration() {
        let connection = memory();
        let check = |migrations| check_newest(schema_version(&connection, migrations).unwrap(), migrations);
        assert_eq!(check(&[ONE]), Err(SchemaError::Older { found: 0, supported: 1 }));
        migrate(&connection, &[ONE]).unwrap();
        assert_eq!(check(&[ONE]), Ok(()));
        assert_eq!(check(&[ONE, TWO]), Err(SchemaError::Older { found: 1, supported: 2 }));
    }

    #[test]
    fn f43_a_file_is_migrated_one_version_at_a_time() {
        let connection = memory();
        assert_eq!(schema_version(&connection, &[ONE]).unwrap(), 0);
        migrate(&connection, &[ONE]).unwrap();
        migrate(&connection, &[ONE]).unwrap();
        connection.execute("INSERT INTO one VALUES (7)", []).unwrap();
        migrate(&connection, &[ONE, TWO]).unwrap();
        assert_eq!(schema_version(&connection, &[ONE, TWO]).unwrap(), 2);
        let kept: i64 =
            connection.query_row("SELECT a FROM one LEFT JOIN two USING (a)", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 7);
    }

    /// A killed process leaves the file and its log as they are. Uncommitted pages are in the log, too, once they
    /// do not fit into the cache.
    #[test]
    fn f43_f11_a_migration_killed_at_any_statement_is_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
        let file = Connection::open(&path).unwrap();
        file.pragma_update(None, "journal_mode", "wal").unwrap();
        file.pragma_update(None, "cache_size", 1).unwrap();
        migrate(&file, MIGRATIONS).unwrap();
        fill(&file);
        let both = [MIGRATIONS, &[LARGE]].concat();
        let mut cuts = 0;
        let before = std::fs::metadata(folder.path().join("store.db-wal")).unwrap().len();
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut statements = rusqlite::Batch::new(&file, LARGE.sql);
        while let Some(mut statement) = statements.next().unwrap() {
            statement.execute([]).unwrap();
            // More than the migration itself writes, so that its pages leave the cache.
            file.execute_batch("UPDATE outbox_message SET body = zeroblob(101)").unwrap();
            cuts += 1;
            let name = |path: &std::path::Path, end| format!("{}{end}", path.display());
            for end in ["", "-wal"] {
                std::fs::copy(name(&path, end), name(&copy, end)).unwrap();
            }
            let log = std::fs::metadata(name(&copy, "-wal")).unwrap().len();
            assert!(log > before, "uncommitted pages are in the log");
            let connection = Connection::open(&copy).unwrap();
            assert_eq!(schema_version(&connection, &both).unwrap(), 1);
            migrate(&connection, &both).unwrap();
            crate::integrity::integrity_check(&connection).unwrap();
            assert_eq!(
                crate::queries::backlog(&connection, kakaopay_types::Timestamp::UNIX_EPOCH)
                    .unwrap()
                    .outbox
                    .count,
                500
            );
            let lifted: i64 =
                connection.query_row("SELECT count(*) FROM later", [], |row| row.get(0)).unwrap();
            assert_eq!(lifted, 500);
        }
        assert_eq!(cuts, 3);
    }

    /// A migration that touches existing rows.
    const LARGE: Migration = Migration::new(
        "
        CREATE TABLE later (payment_id INTEGER PRIMARY KEY REFERENCES payment (id)) STRICT;
        ALTER TABLE outbox_message ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
        INSERT INTO later SELECT id FROM payment;",
    );

    /// Five hundred payments, each with a message.
    fn fill(file: &Connection) {
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        for number in 0..500 {
            let reference = kakaopay_types::Reference::parse(&format!("order-{number}")).unwrap();
            let message = kakaopay_store::OutboxMessage::new(format!("{reference}/paid"), [0; 100]);
            let commit = kakaopay_store::Commit::new(reference, kakaopay_store::Seq::ZERO);
            let commit = commit.entry([0; 500]).messages(vec![message]);
            crate::commit::commit(file, &commit, None, kakaopay_types::Timestamp::UNIX_EPOCH).unwrap();
        }
        file.execute_batch("COMMIT").unwrap();
    }

    #[test]
    fn f43_an_older_program_refuses_a_newer_file() {
        let connection = memory();
        migrate(&connection, &[ONE, TWO]).unwrap();
        let error = schema_error(migrate(&connection, &[ONE]));
        assert_eq!(error, SchemaError::Newer { found: 2, supported: 1, usable_from: 2 });
        // Without a row that says who can go on, only its number is known.
        connection.execute_batch("DELETE FROM migration WHERE version = 2").unwrap();
        let error = schema_error(migrate(&connection, &[ONE]));
        assert_eq!(error, SchemaError::Newer { found: 2, supported: 1, usable_from: 2 });
        connection.execute_batch("ALTER TABLE migration RENAME COLUMN usable_from TO other").unwrap();
        let error = schema_error(migrate(&connection, &[ONE]));
        assert_eq!(error, SchemaError::Newer { found: 2, supported: 1, usable_from: 2 });
    }

    /// The program is rolled back after a migration that it can go on with, and later upgraded again.
    #[test]
    fn f43_an_older_program_goes_on_after_a_migration_that_lets_it() {
        let connection = memory();
        let both = [ONE, TWO.usable_from(1)];
        migrate(&connection, &both).unwrap();
        let kept = || connection.query_row("SELECT count(*) FROM migration", [], |row| row.get::<_, i64>(0));
        assert_eq!(schema_version(&connection, &[ONE]).unwrap(), 2);
        migrate(&connection, &[ONE]).unwrap();
        assert_eq!(check_newest(2, &[ONE]), Ok(()));
        assert_eq!(kept().unwrap(), 2);
        migrate(&connection, &both).unwrap();
        assert_eq!(kept().unwrap(), 2);
    }

    #[test]
    fn an_edited_migration_is_found() {
        let connection = memory();
        migrate(&connection, &[ONE, TWO]).unwrap();
        let error = schema_error(migrate(&connection, &[ONE, BROKEN]));
        assert_eq!(error, SchemaError::Altered { version: 2 });
    }

    #[test]
    fn a_failed_migration_leaves_the_file_unchanged() {
        let connection = memory();
        migrate(&connection, &[ONE]).unwrap();
        migrate(&connection, &[ONE, BROKEN]).unwrap_err();
        assert_eq!(schema_version(&connection, &[ONE]).unwrap(), 1);
        connection.execute_batch("SELECT a FROM three").unwrap_err();
    }
}
