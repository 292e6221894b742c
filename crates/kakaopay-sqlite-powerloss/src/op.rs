//! What was done to a disk, in order.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A file, whatever its name is or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// One thing that was done to a disk.
#[derive(Debug, Clone)]
pub enum Op {
    /// A file was made, empty.
    Create {
        /// Its name.
        name: String,
        /// The file.
        file: FileId,
    },
    /// A name was taken away.
    Remove {
        /// The name.
        name: String,
    },
    /// Bytes were written.
    Write {
        /// The file.
        file: FileId,
        /// Where in it.
        offset: usize,
        /// What.
        bytes: Arc<[u8]>,
    },
    /// A file was cut off, or grew.
    Resize {
        /// The file.
        file: FileId,
        /// Its size from then on.
        size: usize,
    },
    /// What was done to a file is durable from here on.
    Sync {
        /// The file.
        file: FileId,
    },
    /// The names are durable from here on.
    SyncFolder,
    /// A sync failed, and the system took what had not been written for written: it never will be.
    Forget {
        /// The file.
        file: FileId,
    },
}

/// Everything that was done to a disk.
#[derive(Debug, Clone)]
pub struct Record {
    /// What was on it, durable, at the beginning.
    pub(crate) start: BTreeMap<String, (FileId, Vec<u8>)>,
    pub(crate) ops: Vec<Op>,
}

impl Record {
    /// What was done, in order. A place in it is a moment at which power can be lost: what stands before it was
    /// done, and nothing after it.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }
}
