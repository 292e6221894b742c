//! The operations on a disk, in order.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A file, whatever its name is or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// One thing that was done to a disk.
#[derive(Debug, Clone)]
pub enum Operation {
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
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// A file was cut off, or grew.
    Resize {
        /// The file.
        file: FileId,
        /// Its size from then on.
        size: usize,
    },
    /// Earlier operations on a file are durable from here on.
    Sync {
        /// The file.
        file: FileId,
    },
    /// The names are durable from here on.
    SyncFolder,
    /// A sync failed, and the system regards the unwritten pages as written: they never will be.
    Forget {
        /// The file.
        file: FileId,
    },
}

/// Everything that was done to a disk.
#[derive(Debug, Clone)]
pub struct Record {
    /// The durable content at the beginning.
    pub(crate) start: BTreeMap<String, (FileId, Vec<u8>)>,
    pub(crate) ops: Vec<Operation>,
}

impl Record {
    /// The operations, in order. Power can be lost at any place: the operations before it were done, and none after.
    #[must_use]
    pub fn ops(&self) -> &[Operation] {
        &self.ops
    }
}
