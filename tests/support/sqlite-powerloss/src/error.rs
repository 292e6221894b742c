//! Why a call of the file system fails, in SQLite's numbers.

use rusqlite::ffi;
use std::ffi::c_int;

/// Why a call of the file system fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskError {
    /// Another handle has the lock.
    Busy,
    /// There is no such file, or no such disk.
    CannotOpen,
    /// There is no room left.
    Full,
    /// The name to be taken away is not there.
    NoEntry,
    /// The file ends before the end of the read.
    ShortRead,
    /// The sync failed.
    Sync,
    /// The write failed.
    Write,
}

impl DiskError {
    /// The number that SQLite knows it by.
    pub(crate) fn code(self) -> c_int {
        match self {
            Self::Busy => ffi::SQLITE_BUSY,
            Self::CannotOpen => ffi::SQLITE_CANTOPEN,
            Self::Full => ffi::SQLITE_FULL,
            Self::NoEntry => ffi::SQLITE_IOERR_DELETE_NOENT,
            Self::ShortRead => ffi::SQLITE_IOERR_SHORT_READ,
            Self::Sync => ffi::SQLITE_IOERR_FSYNC,
            Self::Write => ffi::SQLITE_IOERR_WRITE,
        }
    }
}
