//! The schema versions of a SQL store, as the list of migrations that lead to the newest.

use sha2::{Digest, Sha256};

use crate::schema_error::SchemaError;

/// One step from one schema version to the next.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Migration {
    /// The statements. A store may replace placeholders in it; the checksum is that of this text.
    pub sql: &'static str,
    /// The index that the one statement builds outside of a transaction, while the tables are written to.
    pub index: Option<&'static str>,
    usable_from: Option<i64>,
}

impl Migration {
    /// A step that runs these statements in one transaction. Programs of an earlier version cannot use the store then.
    #[must_use]
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, index: None, usable_from: None }
    }

    /// A step whose one statement builds an index outside of a transaction (`CREATE INDEX CONCURRENTLY`).
    #[must_use]
    pub const fn index(name: &'static str, sql: &'static str) -> Self {
        Self { sql, index: Some(name), usable_from: None }
    }

    /// After this step, programs from this version on can still use the store.
    #[must_use]
    pub const fn usable_from(self, version: i64) -> Self {
        Self { usable_from: Some(version), ..self }
    }
}

/// A row of the table of migrations that a schema has seen. These columns are the same in all versions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "internal to the stores of this workspace")]
pub struct AppliedMigration {
    /// The version it led to.
    pub version: i64,
    /// Its checksum.
    pub checksum: String,
    /// The oldest version of a program that can use the store after it.
    pub usable_from: i64,
}

impl AppliedMigration {
    /// The row of a migration that leads to a version.
    #[must_use]
    pub fn new(version: i64, migration: &Migration) -> Self {
        let usable_from = migration.usable_from.unwrap_or(version);
        Self { version, checksum: checksum(migration), usable_from }
    }
}

/// The version that all migrations lead to: how many there are.
#[must_use]
pub fn newest(migrations: &[Migration]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

/// The migrations that a schema of this version has not seen, each with the version it leads to.
pub fn pending(version: i64, migrations: &[Migration]) -> impl Iterator<Item = (i64, &Migration)> {
    (1_i64..).zip(migrations).filter(move |(next, _)| *next > version)
}

/// The first 128 bits of a migration's SHA-256, in hex. It detects an edited migration, not an attacker: they could
/// edit the row too.
#[must_use]
pub fn checksum(migration: &Migration) -> String {
    // A whole one in a log, where clients of databases write parameters, looks like the signature of a webhook.
    hex::encode(&Sha256::digest(migration.sql)[..16])
}

/// Compares the rows that a schema has recorded with the migrations. Gives its version, which may be higher than the
/// newest one here: later migrations say which programs can go on.
///
/// # Errors
/// [`SchemaError::Newer`] if a later migration is one that this program cannot go on after, [`SchemaError::Altered`] if
/// the schema has seen others.
pub fn check_applied(applied: &[AppliedMigration], migrations: &[Migration]) -> Result<i64, SchemaError> {
    let (found, supported) = (applied.last().map_or(0, |row| row.version), newest(migrations));
    let later = applied.iter().filter(|row| row.version > supported);
    if let Some(usable_from) = later.map(|row| row.usable_from).max().filter(|from| *from > supported) {
        return Err(SchemaError::Newer { found, supported, usable_from });
    }
    for (row, (expected, migration)) in applied.iter().zip(pending(0, migrations)) {
        if row.version != expected || row.checksum != checksum(migration) {
            return Err(SchemaError::Altered { version: row.version });
        }
    }
    Ok(found)
}

/// Checks that a schema needs no migration.
///
/// # Errors
/// [`SchemaError::Older`] if it does.
pub fn check_newest(found: i64, migrations: &[Migration]) -> Result<(), SchemaError> {
    let supported = newest(migrations);
    if found >= supported { Ok(()) } else { Err(SchemaError::Older { found, supported }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration::new("one");
    const TWO: Migration = Migration::new("two");
    const THREE: Migration = Migration::new("three");

    fn applied(migrations: &[Migration]) -> Vec<AppliedMigration> {
        pending(0, migrations).map(|(version, migration)| AppliedMigration::new(version, migration)).collect()
    }

    #[test]
    fn f43_a_schema_is_held_to_the_migrations_it_has_seen() {
        assert_eq!(check_applied(&[], &[ONE]), Ok(0));
        assert_eq!(check_applied(&applied(&[ONE]), &[ONE, TWO]), Ok(1));
        let newer = SchemaError::Newer { found: 2, supported: 1, usable_from: 2 };
        assert_eq!(check_applied(&applied(&[ONE, TWO]), &[ONE]), Err(newer));
        let altered = SchemaError::Altered { version: 2 };
        assert_eq!(check_applied(&applied(&[ONE, ONE]), &[ONE, TWO]), Err(altered));
        assert_eq!(
            check_applied(&applied(&[ONE, TWO])[1..], &[ONE, TWO]),
            Err(SchemaError::Altered { version: 2 })
        );
    }

    /// What programs of versions 1 to 3 find in a store of version 3.
    #[track_caller]
    fn check(migrations: [Migration; 3], expected: [Result<i64, i64>; 3]) {
        let rows = applied(&migrations);
        let found = [1, 2, 3].map(|version| match check_applied(&rows, &migrations[..version]) {
            Err(SchemaError::Newer { found: 3, usable_from, .. }) => Err(usable_from),
            found => Ok(found.expect("a version")),
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn f43_an_older_program_goes_on_where_each_later_migration_lets_it() {
        check([ONE, TWO, THREE], [Err(3), Err(3), Ok(3)]);
        check([ONE, TWO, THREE.usable_from(2)], [Err(2), Ok(3), Ok(3)]);
        check([ONE, TWO, THREE.usable_from(1)], [Err(2), Ok(3), Ok(3)]);
        check([ONE, TWO.usable_from(1), THREE], [Err(3), Err(3), Ok(3)]);
        check([ONE, TWO.usable_from(1), THREE.usable_from(1)], [Ok(3), Ok(3), Ok(3)]);
        // It goes on, and still sees an edit of those that it knows.
        let mut rows = applied(&[ONE, TWO.usable_from(1)]);
        rows[0].checksum = checksum(&TWO);
        assert_eq!(check_applied(&rows, &[ONE]), Err(SchemaError::Altered { version: 1 }));
    }

    #[test]
    fn only_the_newest_schema_needs_no_migration() {
        assert_eq!(check_newest(1, &[ONE]), Ok(()));
        assert_eq!(check_newest(2, &[ONE]), Ok(()));
        assert_eq!(check_newest(1, &[ONE, TWO]), Err(SchemaError::Older { found: 1, supported: 2 }));
        assert_eq!(pending(1, &[ONE, TWO]).map(|(version, _)| version).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn the_checksum_is_half_of_sha_256_in_hex() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb924";
        assert_eq!(checksum(&Migration::new("")), empty);
    }
}
