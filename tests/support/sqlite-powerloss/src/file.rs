//! A file as those who have it open see it: with everything that was written, durable or not.

use std::collections::BTreeSet;

use crate::error::DiskError;
use crate::lock::{FileLocks, Holder};
use crate::shared_memory::SharedMemory;

/// A file as those who have it open see it.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) locks: FileLocks,
    pub(crate) memory: SharedMemory,
    /// Who has it open.
    pub(crate) open: BTreeSet<Holder>,
    /// Handles whose next sync reports an earlier failure.
    pub(crate) to_be_told: BTreeSet<Holder>,
    /// Whether it has no name, so that its writes are not recorded.
    pub(crate) temporary: bool,
}

impl File {
    /// Fills a buffer; bytes behind the end are zeros, and reported.
    pub(crate) fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), DiskError> {
        let found = self.bytes.get(offset..).unwrap_or_default();
        let length = found.len().min(into.len());
        into[..length].copy_from_slice(&found[..length]);
        into[length..].fill(0);
        if length < into.len() { Err(DiskError::ShortRead) } else { Ok(()) }
    }
}

/// Puts bytes there; a gap before them is filled with zeros.
pub(crate) fn put(into: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    into[offset..end].copy_from_slice(bytes);
}
