//! SQLite's operations on an open file.

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::atomic::{Ordering, fence};

use rusqlite::ffi;

use super::open_file::{OpenFile, code};
use crate::lock::Level;

/// The table. Mapped memory is not offered: writes through it cannot be recorded.
pub(super) static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The sector size SQLite assumes on Unix, whatever the device.
const SECTOR: c_int = 4096;

/// A size or an offset, which SQLite never has below zero.
fn size(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(0)
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite gives an open file, and uses it no more.
    drop(unsafe { OpenFile::empty(file) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    let (into, length) = (into.cast::<u8>(), size(length));
    // SAFETY: SQLite gives room for that many bytes. They may never have been written, as a slice's must have been.
    unsafe { into.write_bytes(0, length) };
    // SAFETY: they have been now, and nobody else uses them meanwhile.
    let into = unsafe { std::slice::from_raw_parts_mut(into, length) };
    // SAFETY: SQLite gives an open file.
    code(unsafe { OpenFile::handle(file) }.read(size(offset), into))
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite gives that many bytes, which nobody changes meanwhile.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size(length)) };
    // SAFETY: SQLite gives an open file.
    code(unsafe { OpenFile::handle(file) }.write(size(offset), bytes))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, to: i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    unsafe { OpenFile::handle(file) }.resize(size(to));
    ffi::SQLITE_OK
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { OpenFile::handle(file) }.sync())
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, into: *mut i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    let found = unsafe { OpenFile::handle(file) }.size();
    // SAFETY: SQLite gives room for the answer.
    unsafe { into.write(i64::try_from(found).unwrap_or(i64::MAX)) };
    ffi::SQLITE_OK
}

fn level(number: c_int) -> Level {
    match number {
        ffi::SQLITE_LOCK_NONE => Level::None,
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        _ => Level::Exclusive,
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { OpenFile::handle(file) }.lock(level(to)))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    unsafe { OpenFile::handle(file) }.unlock(level(to));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, into: *mut c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let reserved = unsafe { OpenFile::handle(file) }.is_reserved();
    // SAFETY: SQLite gives room for the answer.
    unsafe { into.write(c_int::from(reserved)) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _op: c_int, _arg: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    SECTOR
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite gives an open file.
    let powersafe = unsafe { OpenFile::handle(file) }.disk.inner.powersafe;
    ffi::SQLITE_IOCAP_SUBPAGE_READ | if powersafe { ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE } else { 0 }
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    make: c_int,
    into: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let handle = unsafe { OpenFile::handle(file) };
    let start = handle.disk.inner.with_file(handle.file, |file| {
        let words = file.memory.region(handle.holder, size(region), size(bytes), make != 0);
        // The memory of an atomic word may be written through a pointer to it, from any thread.
        words.map_or(std::ptr::null_mut(), |words| words.as_ptr().cast::<c_void>().cast_mut())
    });
    // SAFETY: SQLite gives room for the answer. It uses the region until `xShmUnmap` or `xClose`, and as long as
    // this handle has not left, the region is kept where it is.
    unsafe { into.write(start) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let handle = unsafe { OpenFile::handle(file) };
    let places: Range<usize> = size(offset)..size(offset) + size(count);
    let outcome = handle.disk.inner.with_file(handle.file, |file| {
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            file.memory.unlock(handle.holder, places);
            return Ok(());
        }
        file.memory.lock(handle.holder, places, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0)
    });
    code(outcome)
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let handle = unsafe { OpenFile::handle(file) };
    handle.disk.inner.with_file(handle.file, |file| file.memory.leave(handle.holder));
    ffi::SQLITE_OK
}
