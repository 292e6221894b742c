//! Why a file does not keep a sandbox.

use rusqlite::ErrorCode;

use crate::snapshot::RestoreError;

/// Why a file does not keep a sandbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file holds something else. It is as it was.
    #[error("the file holds no sandbox: give the path of one that does, or of a file that does not exist")]
    Foreign,
    /// The file was written by a newer version. It is as it was.
    #[error("the file has version {found} and this sandbox knows {supported}: use the version that wrote it")]
    Newer {
        /// The file's version.
        found: u32,
        /// The newest version that is known here.
        supported: u32,
    },
    /// Another sandbox has the file.
    #[error("another sandbox has the file open: end it, or give this one a file of its own")]
    InUse,
    /// The file may not be written.
    #[error("the file may not be written: check its permissions and those of its directory")]
    ReadOnly,
    /// There is no space for what is to be kept.
    #[error("the disk is full")]
    Full,
    /// What stands in the file contradicts itself, or cannot be read.
    #[error("what the file holds cannot be taken up")]
    Contents(#[source] RestoreError),
    /// A record of the file is none that a sandbox writes.
    #[error("the file has a record that no sandbox writes: restore a copy")]
    Damaged,
    /// The operating system or SQLite reports something else.
    #[error("the file cannot be used")]
    Io(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<rusqlite::Error> for DataError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Io(Box::new(error)),
        }
    }
}

impl From<std::io::Error> for DataError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Io(Box::new(error)),
        }
    }
}

impl From<RestoreError> for DataError {
    fn from(error: RestoreError) -> Self {
        Self::Contents(error)
    }
}
