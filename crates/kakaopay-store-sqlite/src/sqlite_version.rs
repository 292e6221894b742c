//! Which SQLite libraries may be trusted with payments.

use crate::open_error::SqliteOpenError;

/// SQLite 3.51.3, as the library numbers itself.
pub(crate) const OLDEST_LIBRARY: i32 = 3_051_003;

/// Refuses a library with the WAL-reset bug, which is in 3.7.0 to 3.51.2: two connections that
/// write and checkpoint at the same moment can corrupt the file.
pub(crate) fn check_library(version: i32) -> Result<(), SqliteOpenError> {
    if version < OLDEST_LIBRARY {
        return Err(SqliteOpenError::LibraryTooOld { found: version });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f14_a_library_with_the_wal_reset_bug_is_refused() {
        for version in [3_007_000, 3_040_001, 3_051_002] {
            let error = check_library(version).unwrap_err();
            assert!(matches!(error, SqliteOpenError::LibraryTooOld { found } if found == version), "{error}");
            assert!(error.to_string().contains("WAL-reset"), "{error}");
        }
        for version in [3_051_003, 3_052_000, 4_000_000] {
            check_library(version).unwrap();
        }
    }

    #[test]
    fn f14_the_linked_library_is_new_enough() {
        check_library(rusqlite::version_number()).unwrap();
    }
}
