//! A disk with one folder, all of whose files are in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::error::DiskError;
use crate::fault::{Fault, FaultKind, Faults};
use crate::file::{File, put};
use crate::lock::Holder;
use crate::operation::{FileId, Operation, Record};

/// Whether a sync makes writes durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Honesty {
    /// It does.
    #[default]
    Honest,
    /// It says that it did, and nothing is ever durable.
    Liar,
}

/// A disk with one folder, all of whose files are in memory. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct Disk {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    number: u64,
    honesty: Honesty,
    /// Whether a write that is cut off leaves the bytes beside it as they were.
    pub(crate) powersafe: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    folder: BTreeMap<String, FileId>,
    files: BTreeMap<FileId, File>,
    start: BTreeMap<String, (FileId, Vec<u8>)>,
    ops: Vec<Operation>,
    faults: Faults,
}

/// All disks there are, for SQLite to find them by their paths.
static DISKS: Mutex<BTreeMap<u64, Weak<Inner>>> = Mutex::new(BTreeMap::new());
/// The next disk's number.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// Where disks are.
const ROOT: &str = "/powerloss/";

impl Disk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::with(BTreeMap::new(), Honesty::Honest, true)
    }

    /// A disk that has these files, durable. `powersafe` says whether a write that is cut off leaves the bytes
    /// beside it in its sector as they were, which SQLite assumes by default.
    #[must_use]
    pub fn with(files: BTreeMap<String, Vec<u8>>, honesty: Honesty, powersafe: bool) -> Self {
        let mut state = State::default();
        for (name, bytes) in files {
            let file = state.make(File { bytes: bytes.clone(), ..File::default() });
            state.folder.insert(name.clone(), file);
            state.start.insert(name, (file, bytes));
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::new(Inner { number, honesty, powersafe, state: Mutex::new(state) });
        disks().insert(number, Arc::downgrade(&inner));
        Self { inner }
    }

    /// The path by which SQLite finds a file of this disk.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        format!("{ROOT}{}/{name}", self.inner.number).into()
    }

    /// How many things were done to it: the place in its record at which it is.
    #[must_use]
    pub fn position(&self) -> usize {
        self.inner.state().ops.len()
    }

    /// Everything that was done to it.
    #[must_use]
    pub fn record(&self) -> Record {
        let state = self.inner.state();
        Record { start: state.start.clone(), ops: state.ops.clone() }
    }

    /// The files as those see them who have power: with all that was written.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.inner.state();
        let contents = |file| state.files.get(file).map(|file| file.bytes.clone()).unwrap_or_default();
        state.folder.iter().map(|(name, file)| (name.clone(), contents(file))).collect()
    }

    /// Has it fail. An earlier fault is forgotten.
    pub fn inject(&self, fault: Fault) {
        self.inner.state().faults.inject(fault);
    }

    /// How many calls have failed because of the last fault.
    #[must_use]
    pub fn faults_met(&self) -> u64 {
        self.inner.state().faults.met()
    }

    /// The disk and the name in it that a path says.
    pub(crate) fn find(path: &str) -> Result<(Self, &str), DiskError> {
        let (number, name) =
            path.strip_prefix(ROOT).and_then(|rest| rest.split_once('/')).ok_or(DiskError::CannotOpen)?;
        let number = number.parse().map_err(|_| DiskError::CannotOpen)?;
        let inner = disks().get(&number).and_then(Weak::upgrade).ok_or(DiskError::CannotOpen)?;
        Ok((Self { inner }, name))
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        disks().remove(&self.number);
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of that name, made if that is wanted.
    pub(crate) fn open(&self, name: &str, create: bool, exclusive: bool) -> Result<FileId, DiskError> {
        let mut state = self.state();
        match state.folder.get(name) {
            Some(_) if create && exclusive => Err(DiskError::CannotOpen),
            Some(file) => Ok(*file),
            None if create => {
                let file = state.make(File::default());
                state.folder.insert(name.to_owned(), file);
                state.ops.push(Operation::Create { name: name.to_owned(), file });
                Ok(file)
            }
            None => Err(DiskError::CannotOpen),
        }
    }

    /// A file without a name.
    pub(crate) fn temporary(&self) -> FileId {
        self.state().make(File { temporary: true, ..File::default() })
    }

    pub(crate) fn remove(&self, name: &str, sync: bool) -> Result<(), DiskError> {
        let mut state = self.state();
        state.folder.remove(name).ok_or(DiskError::NoEntry)?;
        state.ops.push(Operation::Remove { name: name.to_owned() });
        if sync && self.honesty == Honesty::Honest {
            state.ops.push(Operation::SyncFolder);
        }
        Ok(())
    }

    /// The size of the file of that name, if there is one.
    pub(crate) fn size_of(&self, name: &str) -> Option<usize> {
        let state = self.state();
        state.folder.get(name).and_then(|file| state.files.get(file)).map(|file| file.bytes.len())
    }

    /// Does something with a file that does not change its content.
    pub(crate) fn with_file<T>(&self, file: FileId, work: impl FnOnce(&mut File) -> T) -> T {
        work(self.state().files.entry(file).or_default())
    }

    pub(crate) fn write(&self, file: FileId, offset: usize, bytes: &[u8]) -> Result<(), DiskError> {
        let mut state = self.state();
        if state.files.entry(file).or_default().temporary {
            put(&mut state.files.entry(file).or_default().bytes, offset, bytes);
            return Ok(());
        }
        let (written, outcome) = state.faults.write(bytes.len());
        let bytes = &bytes[..written];
        if !bytes.is_empty() {
            put(&mut state.files.entry(file).or_default().bytes, offset, bytes);
            state.ops.push(Operation::Write { file, offset, bytes: bytes.into() });
        }
        outcome
    }

    pub(crate) fn resize(&self, file: FileId, size: usize) {
        let mut state = self.state();
        let found = state.files.entry(file).or_default();
        found.bytes.resize(size, 0);
        if !found.temporary {
            state.ops.push(Operation::Resize { file, size });
        }
    }

    /// Makes a file durable, and the names of the folder where they are to be with it.
    pub(crate) fn sync(&self, file: FileId, holder: Holder, folder: bool) -> Result<(), DiskError> {
        let mut state = self.state();
        if self.honesty == Honesty::Liar || state.files.entry(file).or_default().temporary {
            return Ok(());
        }
        match state.faults.sync() {
            None => {}
            Some(FaultKind::SyncForgets) => {
                state.ops.push(Operation::Forget { file });
                let found = state.files.entry(file).or_default();
                found.to_be_told = found.open.iter().copied().filter(|other| *other != holder).collect();
                return Err(DiskError::Sync);
            }
            Some(_) => return Err(DiskError::Sync),
        }
        state.ops.push(Operation::Sync { file });
        if folder {
            state.ops.push(Operation::SyncFolder);
        }
        // As on Linux, each who had the file open when its writes were given up is told so once.
        if state.files.entry(file).or_default().to_be_told.remove(&holder) {
            return Err(DiskError::Sync);
        }
        Ok(())
    }
}

impl State {
    fn make(&mut self, file: File) -> FileId {
        let next = self.files.last_key_value().map_or(0, |(FileId(last), _)| last + 1);
        self.files.insert(FileId(next), file);
        FileId(next)
    }
}

fn disks() -> MutexGuard<'static, BTreeMap<u64, Weak<Inner>>> {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner)
}
