//! What a file says it is, before SQLite is let near it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::DataError;

/// Marks a file as a sandbox's: `KkSb` in SQLite's `application_id`.
pub(super) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"KkSb");
/// The version that is written.
pub(super) const VERSION: u32 = 1;

/// How every SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How much of a file is looked at: SQLite's own header.
const LENGTH: u64 = 100;

/// Refuses a file that is something else. SQLite would change some of those by opening them, as it puts what it
/// finds beside a file in its place.
///
/// A sandbox's file has its marks from the first moment that it is in WAL mode, so that they never stand in the
/// log alone.
pub(super) fn check(path: &Path) -> Result<(), DataError> {
    let mut header = Vec::new();
    File::open(path)?.take(LENGTH).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(());
    }
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes)
    };
    if !header.starts_with(MAGIC) || number(68) != Some(APPLICATION_ID) {
        return Err(DataError::Foreign);
    }
    match number(60) {
        Some(found) if found > VERSION => Err(DataError::Newer { found, supported: VERSION }),
        _ => Ok(()),
    }
}
