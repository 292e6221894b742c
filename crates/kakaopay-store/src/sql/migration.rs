//! The schema versions of a SQL store, as the list of migrations that lead to the newest.

use sha2::{Digest, Sha256};

use crate::schema_error::SchemaError;

/// One step from one schema version to the next.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Migration {
    /// The statements. A store may replace placeholders in it; the checksum is that of this text.
    pub sql: &'static str,
}

impl Migration {
    /// A step that runs these statements.
    #[must_use]
    pub const fn new(sql: &'static str) -> Self {
        Self { sql }
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

/// Compares the rows `(version, checksum)` that a schema has recorded with the migrations. Gives its version.
///
/// # Errors
/// [`SchemaError::Newer`] if the schema has seen more than there are, [`SchemaError::Altered`] if it has seen others.
pub fn check_applied(applied: &[(i64, String)], migrations: &[Migration]) -> Result<i64, SchemaError> {
    let (found, supported) = (applied.last().map_or(0, |(version, _)| *version), newest(migrations));
    if found > supported {
        return Err(SchemaError::Newer { found, supported });
    }
    for ((version, found), (expected, migration)) in applied.iter().zip(pending(0, migrations)) {
        if *version != expected || *found != checksum(migration) {
            return Err(SchemaError::Altered { version: *version });
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
    if found == supported { Ok(()) } else { Err(SchemaError::Older { found, supported }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration { sql: "one" };
    const TWO: Migration = Migration { sql: "two" };

    fn applied(migrations: &[Migration]) -> Vec<(i64, String)> {
        pending(0, migrations).map(|(version, migration)| (version, checksum(migration))).collect()
    }

    #[test]
    fn f43_a_schema_is_held_to_the_migrations_it_has_seen() {
        assert_eq!(check_applied(&[], &[ONE]), Ok(0));
        assert_eq!(check_applied(&applied(&[ONE]), &[ONE, TWO]), Ok(1));
        let newer = SchemaError::Newer { found: 2, supported: 1 };
        assert_eq!(check_applied(&applied(&[ONE, TWO]), &[ONE]), Err(newer));
        let altered = SchemaError::Altered { version: 2 };
        assert_eq!(check_applied(&applied(&[ONE, ONE]), &[ONE, TWO]), Err(altered));
        assert_eq!(
            check_applied(&applied(&[ONE, TWO])[1..], &[ONE, TWO]),
            Err(SchemaError::Altered { version: 2 })
        );
    }

    #[test]
    fn only_the_newest_schema_needs_no_migration() {
        assert_eq!(check_newest(1, &[ONE]), Ok(()));
        assert_eq!(check_newest(1, &[ONE, TWO]), Err(SchemaError::Older { found: 1, supported: 2 }));
        assert_eq!(pending(1, &[ONE, TWO]).map(|(version, _)| version).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn the_checksum_is_half_of_sha_256_in_hex() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb924";
        assert_eq!(checksum(&Migration { sql: "" }), empty);
    }
}
