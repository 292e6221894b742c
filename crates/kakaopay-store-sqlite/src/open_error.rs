//! Why a file was not opened as a ledger.

use kakaopay_store::{StoreError, StoreErrorKind};

use crate::failure::failed;

/// Why a file was not opened as a ledger. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The SQLite library that was linked can corrupt the file.
    #[error(
        "the SQLite library {} has the WAL-reset bug, which can corrupt the file: link 3.51.3 or \
         newer, as the bundled one is",
        dotted(*.found)
    )]
    LibraryTooOld {
        /// Its version as it numbers itself: 3.51.2 is 3051002.
        found: i32,
    },
    /// The file holds something else.
    #[error("the file is no ledger: give the path of a ledger, or of a file that does not exist")]
    UnrecognizedSchema,
    /// The file was written by a newer version of this crate.
    #[error("the ledger has schema {found} and this version knows {supported}: upgrade it")]
    NewerSchema {
        /// The file's schema.
        found: i64,
        /// The newest schema this version knows.
        supported: i64,
    },
    /// The file has an older schema, or none at all, and was not to be changed.
    #[error("the ledger has schema {found} and this version knows {supported}: let the shop open it first")]
    OlderSchema {
        /// The file's schema; 0 when there is none.
        found: i64,
        /// The newest schema this version knows.
        supported: i64,
    },
    /// The file's schema was not made by the migrations of this crate.
    #[error("migration {version} of the ledger is not the one this version knows: restore a copy")]
    AlteredSchema {
        /// The first migration that differs.
        version: i64,
    },
    /// The file cannot be kept in the mode its durability rests on.
    #[error("the file cannot be kept in WAL mode, but in `{answer}`: put it on a local disk")]
    NoWal {
        /// The journal mode SQLite answered with.
        answer: String,
    },
    /// The file may not be written.
    #[error("the ledger may not be written: check the permissions of the file and its directory")]
    ReadOnly,
    /// The store is in trouble of a kind that calls can be in, too.
    #[error("the ledger could not be opened")]
    Store(#[source] StoreError),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::UnrecognizedSchema,
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Store(failed(error)),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        let kind = match error {
            OpenError::Store(error) => return error,
            OpenError::ReadOnly => StoreErrorKind::ReadOnly,
            OpenError::UnrecognizedSchema
            | OpenError::OlderSchema { .. }
            | OpenError::NewerSchema { .. }
            | OpenError::AlteredSchema { .. } => StoreErrorKind::UnrecognizedSchema,
            OpenError::LibraryTooOld { .. } | OpenError::NoWal { .. } => StoreErrorKind::Other,
        };
        StoreError::new(kind, error)
    }
}

/// 3051002 as 3.51.2.
fn dotted(version: i32) -> String {
    let (major, rest) = (version / 1_000_000, version % 1_000_000);
    format!("{major}.{}.{}", rest / 1_000, rest % 1_000)
}
