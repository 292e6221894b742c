//! Makes the disks SQLite's file system.

use std::sync::Once;

use rusqlite::ffi;

use super::system::table;

/// Makes the disks the file system of every connection that this process opens from now on without naming
/// another. Doing it again changes nothing. The files of the machine are out of its reach then.
///
/// # Panics
/// If SQLite takes no file system, which it never did.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: null asks for the default, and SQLite readies itself first.
        let before = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        assert!(!before.is_null(), "SQLite has a file system");
        // SQLite keeps the table for as long as the process lives.
        let table = Box::leak(Box::new(table(c"powerloss", before)));
        // SAFETY: the table is whole, and stays.
        let code = unsafe { ffi::sqlite3_vfs_register(table, 1) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the file system");
    });
}
