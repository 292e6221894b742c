//! Maps errors of SQLite to kinds of the contract.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;

/// The store error of an SQLite error.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::new(kind_of(&error), error)
}

/// One failure, reported to all callers of a group.
#[derive(Clone, Debug)]
pub(crate) struct GroupFailure(Arc<StoreError>);

impl GroupFailure {
    /// The error for one of the callers.
    pub(crate) fn error(&self) -> StoreError {
        StoreError::new(self.kind(), Shared(Arc::clone(&self.0)))
    }

    pub(crate) fn kind(&self) -> StoreErrorKind {
        self.0.kind()
    }
}

impl From<StoreError> for GroupFailure {
    fn from(error: StoreError) -> Self {
        Self(Arc::new(error))
    }
}

impl From<rusqlite::Error> for GroupFailure {
    fn from(error: rusqlite::Error) -> Self {
        failed(error).into()
    }
}

/// The cause of a [`GroupFailure`], shared by its errors.
#[derive(Debug)]
struct Shared(Arc<StoreError>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(cause) => fmt::Display::fmt(cause, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source().and_then(Error::source)
    }
}

fn kind_of(error: &rusqlite::Error) -> StoreErrorKind {
    match error {
        // A value of the wrong type or range: STRICT tables hold none that we wrote.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => return StoreErrorKind::Corrupt,
        _ => {}
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            StoreErrorKind::Busy
        }
        Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreErrorKind::ReadOnly,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StoreErrorKind::Io,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[track_caller]
    fn check(code: std::ffi::c_int, expected: StoreErrorKind) {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        assert_eq!(failed(error).kind(), expected);
    }

    #[test]
    fn f13_every_trouble_of_the_file_has_its_kind() {
        check(ffi::SQLITE_BUSY, StoreErrorKind::Busy);
        check(ffi::SQLITE_BUSY_SNAPSHOT, StoreErrorKind::Busy);
        check(ffi::SQLITE_LOCKED, StoreErrorKind::Busy);
        check(ffi::SQLITE_FULL, StoreErrorKind::Full);
        check(ffi::SQLITE_READONLY, StoreErrorKind::ReadOnly);
        check(ffi::SQLITE_READONLY_DBMOVED, StoreErrorKind::ReadOnly);
        check(ffi::SQLITE_PERM, StoreErrorKind::ReadOnly);
        check(ffi::SQLITE_IOERR, StoreErrorKind::Io);
        check(ffi::SQLITE_IOERR_FSYNC, StoreErrorKind::Io);
        check(ffi::SQLITE_CANTOPEN, StoreErrorKind::Io);
        check(ffi::SQLITE_CORRUPT, StoreErrorKind::Corrupt);
        check(ffi::SQLITE_NOTADB, StoreErrorKind::Corrupt);
        check(ffi::SQLITE_CONSTRAINT, StoreErrorKind::Other);
        check(ffi::SQLITE_NOMEM, StoreErrorKind::Other);
    }

    #[test]
    fn each_error_of_a_group_has_the_one_cause() {
        let cause = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), None);
        let text = cause.to_string();
        let group = GroupFailure::from(cause);
        for error in [group.error(), group.error()] {
            assert_eq!(error.kind(), StoreErrorKind::Full);
            assert_eq!(error.source().unwrap().to_string(), text);
        }
    }
}
