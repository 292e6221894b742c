//! SQLite's calls of a file system apart from files: time, sleep and randomness are those of the default one.

use std::ffi::{CStr, c_char, c_int};

use rusqlite::ffi;

use super::methods::METHODS;
use super::open_file::OpenFile;
use crate::disk::Disk;
use crate::error::DiskError;
use crate::handle::{Handle, Mode};

/// The longest path.
const LONGEST: c_int = 512;

/// The table, over the file system that SQLite had before.
pub(super) fn table(name: &'static CStr, before: *mut ffi::sqlite3_vfs) -> ffi::sqlite3_vfs {
    ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: c_int::try_from(OpenFile::SIZE).unwrap_or(c_int::MAX),
        mxPathname: LONGEST,
        pNext: std::ptr::null_mut(),
        zName: name.as_ptr(),
        pAppData: before.cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: None,
        xGetLastError: None,
        xCurrentTimeInt64: Some(current_time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }
}

/// A path as text.
///
/// # Safety
/// `path` is null or a text of C's that outlives the result.
unsafe fn text<'a>(path: *const c_char) -> Option<&'a str> {
    if path.is_null() {
        return None;
    }
    // SAFETY: it is a text of C's, as the caller says.
    unsafe { CStr::from_ptr(path) }.to_str().ok()
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_found: *mut c_int,
) -> c_int {
    let journals = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
    let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let mode = Mode {
        create,
        exclusive: flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0,
        delete_on_close: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
        sync_folder: create && flags & journals != 0,
    };
    let opened = if path.is_null() {
        Ok(Handle::temporary())
    } else {
        // SAFETY: SQLite gives a path.
        unsafe { text(path) }.ok_or(DiskError::CannotOpen).and_then(|path| Handle::open(path, mode))
    };
    if !flags_found.is_null() {
        // SAFETY: SQLite gives room for the answer.
        unsafe { flags_found.write(flags) };
    }
    match opened {
        Ok(handle) => {
            // SAFETY: SQLite gives memory for the file.
            unsafe { OpenFile::fill(file, handle, &METHODS) };
            ffi::SQLITE_OK
        }
        Err(trouble) => {
            // SAFETY: as above.
            unsafe { OpenFile::clear(file) };
            trouble.code()
        }
    }
}

unsafe extern "C" fn delete(_vfs: *mut ffi::sqlite3_vfs, path: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives a path.
    let path = unsafe { text(path) }.unwrap_or_default();
    let removed = Disk::find(path).and_then(|(disk, name)| disk.inner.remove(name, sync_folder & 1 != 0));
    super::open_file::code(removed)
}

unsafe extern "C" fn access(
    _vfs: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    flags: c_int,
    into: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a path.
    let path = unsafe { text(path) }.unwrap_or_default();
    let found = Disk::find(path).ok().and_then(|(disk, name)| disk.inner.size_of(name));
    // As on Unix, a file without a byte in it does not exist.
    let there = found.is_some_and(|size| size > 0 || flags != ffi::SQLITE_ACCESS_EXISTS);
    // SAFETY: SQLite gives room for the answer.
    unsafe { into.write(c_int::from(there)) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    room: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a path.
    let bytes = unsafe { CStr::from_ptr(path) }.to_bytes_with_nul();
    if bytes.len() > usize::try_from(room).unwrap_or(0) {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: there is room for that many bytes, and the two do not overlap.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), into.cast::<u8>(), bytes.len()) };
    ffi::SQLITE_OK
}

/// The file system that SQLite had before.
///
/// # Safety
/// `vfs` is the registered table.
unsafe fn before(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: `table` put it there.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe extern "C" fn randomness(vfs: *mut ffi::sqlite3_vfs, length: c_int, into: *mut c_char) -> c_int {
    // SAFETY: SQLite calls with the registered table.
    let before = unsafe { before(vfs) };
    // SAFETY: it is SQLite's own, which is never taken away.
    match unsafe { (*before).xRandomness } {
        // SAFETY: the arguments are handed on.
        Some(own) => unsafe { own(before, length, into) },
        None => 0,
    }
}

unsafe extern "C" fn sleep(vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SAFETY: SQLite calls with the registered table.
    let before = unsafe { before(vfs) };
    // SAFETY: it is SQLite's own, which is never taken away.
    match unsafe { (*before).xSleep } {
        // SAFETY: the arguments are handed on.
        Some(own) => unsafe { own(before, microseconds) },
        None => 0,
    }
}

unsafe extern "C" fn current_time(vfs: *mut ffi::sqlite3_vfs, into: *mut i64) -> c_int {
    // SAFETY: SQLite calls with the registered table.
    let before = unsafe { before(vfs) };
    // SAFETY: it is SQLite's own, which is never taken away.
    match unsafe { (*before).xCurrentTimeInt64 } {
        // SAFETY: the arguments are handed on.
        Some(own) => unsafe { own(before, into) },
        None => ffi::SQLITE_ERROR,
    }
}
