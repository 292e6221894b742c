//! Which files this process keeps sandboxes in.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::error::DataError;

/// The files this process has open, each by the one path that has no links in it.
static CLAIMED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file that is this sandbox's among all of this process, until it is dropped.
///
/// Against other processes there is a lock of the operating system's. POSIX has it that a process loses all its
/// locks on a file when it closes that file anywhere, so that a second sandbox of the process must not even look
/// into it.
#[derive(Debug)]
pub(super) struct Claim(PathBuf);

impl Claim {
    /// Claims a file, which is made if there is none: for its owner's eyes alone, as keys and secrets will be
    /// in it.
    ///
    /// # Errors
    /// [`DataError::InUse`] when it is claimed already, and what the operating system says.
    pub(super) fn of(path: &Path) -> Result<Self, DataError> {
        make(path)?;
        let path = path.canonicalize()?;
        let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        if claimed.insert(path.clone()) { Ok(Self(path)) } else { Err(DataError::InUse) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        // One that is there is not opened by this.
        _ => Ok(()),
    }
}
