//! Why a file was not opened as a store.

use kakaopay_store::{SchemaError, StoreError, StoreErrorKind};

use crate::failure::failed;

/// Why a file was not opened as a store. The file is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteOpenError {
    /// The linked SQLite library can corrupt the file.
    #[error(
        "the SQLite library {} has the WAL-reset bug, which can corrupt the file: link 3.51.3 or \
         newer, as the bundled one is",
        dotted(*.found)
    )]
    LibraryTooOld {
        /// Version number of the library: 3.51.2 is 3051002.
        found: i32,
    },
    /// The file is not a store, or has a schema that this program cannot use.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The file cannot be switched to WAL mode, which durability depends on.
    #[error("the file cannot be switched to WAL mode (SQLite uses `{answer}`): move it to a local disk")]
    NoWal {
        /// The journal mode SQLite uses instead.
        answer: String,
    },
    /// This process may not write to the file.
    #[error("the file is read-only: check its permissions and those of its directory")]
    ReadOnly,
    /// Other users may read or write the file, and this process may not change that.
    #[error(
        "other users have access to the file (mode {mode:o}), which belongs to another user than this process: `chmod \
         600` it, and its `-wal` and `-shm`"
    )]
    Permissions {
        /// The mode of the file, of which only the nine bits of permissions.
        mode: u32,
    },
    /// An error that calls can have, too.
    #[error("cannot open the store")]
    Store(#[source] StoreError),
}

impl From<rusqlite::Error> for SqliteOpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => SchemaError::NotAStore.into(),
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Store(failed(error)),
        }
    }
}

impl From<SqliteOpenError> for StoreError {
    fn from(error: SqliteOpenError) -> Self {
        let kind = match error {
            SqliteOpenError::Store(error) => return error,
            SqliteOpenError::Schema(error) => return error.into(),
            SqliteOpenError::ReadOnly => StoreErrorKind::ReadOnly,
            SqliteOpenError::LibraryTooOld { .. }
            | SqliteOpenError::NoWal { .. }
            | SqliteOpenError::Permissions { .. } => StoreErrorKind::Other,
        };
        StoreError::new(kind, error)
    }
}

/// 3051002 as 3.51.2.
fn dotted(version: i32) -> String {
    let (major, rest) = (version / 1_000_000, version % 1_000_000);
    format!("{major}.{}.{}", rest / 1_000, rest % 1_000)
}
