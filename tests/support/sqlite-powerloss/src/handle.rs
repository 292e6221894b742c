//! An open file.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::disk::Disk;
use crate::error::DiskError;
use crate::lock::{Holder, Level};
use crate::operation::FileId;

/// How a file is opened, in SQLite's words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mode {
    pub(crate) create: bool,
    pub(crate) exclusive: bool,
    pub(crate) delete_on_close: bool,
    /// A journal or a log: with its first sync the names of the folder are synced, too, as SQLite's own file
    /// system for Unix does it. It does not for the database.
    pub(crate) sync_folder: bool,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) disk: Disk,
    pub(crate) file: FileId,
    pub(crate) holder: Holder,
    sync_folder: AtomicBool,
    /// A name to take away when it is closed.
    remove: Option<String>,
}

/// The next handle's number.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl Handle {
    /// Opens the file of a path.
    pub(crate) fn open(path: &str, mode: Mode) -> Result<Self, DiskError> {
        let (disk, name) = Disk::find(path)?;
        let file = disk.inner.open(name, mode.create, mode.exclusive)?;
        let remove = mode.delete_on_close.then(|| name.to_owned());
        Ok(Self::new(disk, file, mode.sync_folder, remove))
    }

    /// Opens a file without a name, on a disk of its own.
    pub(crate) fn temporary() -> Self {
        let disk = Disk::new();
        let file = disk.inner.temporary();
        Self::new(disk, file, false, None)
    }

    fn new(disk: Disk, file: FileId, sync_folder: bool, remove: Option<String>) -> Self {
        let holder = NEXT.fetch_add(1, Ordering::Relaxed);
        disk.inner.with_file(file, |file| file.open.insert(holder));
        Self { disk, file, holder, sync_folder: AtomicBool::new(sync_folder), remove }
    }

    pub(crate) fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), DiskError> {
        self.disk.inner.with_file(self.file, |file| file.read(offset, into))
    }

    pub(crate) fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), DiskError> {
        self.disk.inner.write(self.file, offset, bytes)
    }

    pub(crate) fn resize(&self, size: usize) {
        self.disk.inner.resize(self.file, size);
    }

    pub(crate) fn size(&self) -> usize {
        self.disk.inner.with_file(self.file, |file| file.bytes.len())
    }

    pub(crate) fn sync(&self) -> Result<(), DiskError> {
        self.disk.inner.sync(self.file, self.holder, self.sync_folder.load(Ordering::Relaxed))?;
        self.sync_folder.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn lock(&self, level: Level) -> Result<(), DiskError> {
        self.disk.inner.with_file(self.file, |file| file.locks.raise(self.holder, level))
    }

    pub(crate) fn unlock(&self, level: Level) {
        self.disk.inner.with_file(self.file, |file| file.locks.lower(self.holder, level));
    }

    pub(crate) fn is_reserved(&self) -> bool {
        self.disk.inner.with_file(self.file, |file| file.locks.is_reserved())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.disk.inner.with_file(self.file, |file| {
            file.locks.lower(self.holder, Level::None);
            file.memory.leave(self.holder);
            file.open.remove(&self.holder);
            file.to_be_told.remove(&self.holder);
        });
        if let Some(name) = &self.remove {
            // Should somebody else have taken it away, it is as it was to be.
            let _ = self.disk.inner.remove(name, false);
        }
    }
}
