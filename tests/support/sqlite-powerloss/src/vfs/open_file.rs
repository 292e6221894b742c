//! An open file as SQLite holds it: memory of SQLite's, with a handle of ours in it.

use std::ffi::c_int;

use rusqlite::ffi;

use crate::error::DiskError;
use crate::handle::Handle;

/// The file handle: SQLite allocates it and passes it to each call. It begins with SQLite's own header.
#[repr(C)]
pub(super) struct OpenFile {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

impl OpenFile {
    /// How much room it takes.
    pub(super) const SIZE: usize = size_of::<Self>();

    /// Marks the memory as holding no open file, so that SQLite does not close it.
    ///
    /// # Safety
    /// `file` is the memory that SQLite gives to be opened.
    pub(super) unsafe fn clear(file: *mut ffi::sqlite3_file) {
        // SAFETY: SQLite gives `szOsFile` bytes, which are those of an `OpenFile`, aligned for any type.
        unsafe {
            file.cast::<Self>().write(Self {
                base: ffi::sqlite3_file { pMethods: std::ptr::null() },
                handle: std::ptr::null_mut(),
            });
        }
    }

    /// Puts a handle there.
    ///
    /// # Safety
    /// As of [`clear`](Self::clear).
    pub(super) unsafe fn fill(
        file: *mut ffi::sqlite3_file,
        handle: Handle,
        methods: &'static ffi::sqlite3_io_methods,
    ) {
        let handle = Box::into_raw(Box::new(handle));
        // SAFETY: as above.
        unsafe { file.cast::<Self>().write(Self { base: ffi::sqlite3_file { pMethods: methods }, handle }) }
    }

    /// The handle of an open file.
    ///
    /// # Safety
    /// `file` was filled and not emptied since, and is not while the handle is used. SQLite promises that of the
    /// argument of each method: it calls `xClose` last, and no two methods of one file at once.
    pub(super) unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a Handle {
        // SAFETY: `fill` put a pointer there that came from a box, and only `empty` takes it back.
        unsafe { &*(*file.cast::<Self>()).handle }
    }

    /// Takes the handle out.
    ///
    /// # Safety
    /// As of [`handle`](Self::handle); it is the last use of the file.
    pub(super) unsafe fn empty(file: *mut ffi::sqlite3_file) -> Box<Handle> {
        // SAFETY: as above, and nobody uses it any more.
        let handle = unsafe { Box::from_raw((*file.cast::<Self>()).handle) };
        // SAFETY: it is still SQLite's memory.
        unsafe { Self::clear(file) };
        handle
    }
}

/// The number that SQLite is answered with.
pub(super) fn code(outcome: Result<(), DiskError>) -> c_int {
    outcome.map_or_else(DiskError::code, |()| ffi::SQLITE_OK)
}
