//! The state file of a sandbox.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kakaopay_sandbox::{Sandbox, SandboxBuilder, SavedSandbox};

use super::atomic_write::{private, replace, with_suffix};
use super::contents::{self, Unreadable, VERSION};
use super::error::StateFileError;

/// Changes within this time are written together.
const WRITE_DELAY: Duration = Duration::from_millis(500);
/// Wait before a failed write is retried.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A file that stores a sandbox with its keys and webhook secrets between processes.
///
/// The file is JSON: the keys and the snapshots of [`Sandbox::save`]. It is replaced atomically. On Unix only its owner
/// can read it. A lock file beside it prevents use by two sandboxes at a time.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Released on drop.
    _lock: File,
}

impl StateFile {
    /// Opens a state file and builds the stored sandbox, or creates the file for a new sandbox. Options of the builder
    /// override stored values; see [`SandboxBuilder::build_from`].
    ///
    /// # Errors
    /// [`StateFileError`] if the file is not a state file, has another version, is damaged or in use, or cannot be read
    /// or written.
    pub fn open(path: impl AsRef<Path>, builder: SandboxBuilder) -> Result<(Sandbox, Self), StateFileError> {
        let given = path.as_ref();
        let path = resolve(given).map_err(|source| match source.kind() {
            ErrorKind::NotFound => failed(given, "create", source),
            _ => failed(given, "read", source),
        })?;
        // Read before locking, so that no lock file is created beside a foreign file.
        read(&path)?;
        let lock = lock(&path)?;
        let sandbox = match read(&path)? {
            None => builder.build(),
            Some(saved) => builder
                .build_from(&saved)
                .map_err(|source| StateFileError::Snapshot { path: path.clone(), source })?,
        };
        let file = Self { path, _lock: lock };
        file.save(&sandbox)?;
        Ok((sandbox, file))
    }

    /// Saves a sandbox.
    ///
    /// # Errors
    /// [`StateFileError::Io`] if the file cannot be written. It keeps its old contents then.
    pub fn save(&self, sandbox: &Sandbox) -> Result<(), StateFileError> {
        let written = contents::write(&sandbox.save()).map_err(io::Error::from);
        written
            .and_then(|bytes| replace(&self.path, &bytes))
            .map_err(|source| failed(&self.path, "write", source))
    }

    /// Saves a sandbox within a second after each change, and again when `shutdown` resolves. A crash can lose the
    /// changes of the last second. A failed write is logged and retried.
    ///
    /// # Errors
    /// [`StateFileError::Io`] if the last write fails.
    pub async fn keep(
        self,
        sandbox: Sandbox,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), StateFileError> {
        let file = Arc::new(self);
        let mut changes = sandbox.watch_changes();
        // Changes may have happened before the watcher was created.
        let mut pending = true;
        let mut shutdown = std::pin::pin!(shutdown);
        let mut rest = WRITE_DELAY;
        loop {
            let due = async {
                if !pending {
                    changes.changed().await;
                }
                tokio::time::sleep(rest).await;
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = due => {}
            }
            changes.revision();
            let written = save_apart(&file, &sandbox).await;
            pending = written.is_err();
            rest = if pending { RETRY_AFTER } else { WRITE_DELAY };
            if let Err(error) = written {
                tracing::error!(%error, source = ?std::error::Error::source(&error), "state file not written");
            }
        }
        save_apart(&file, &sandbox).await
    }
}

/// Saves on a thread that may block on the disk.
async fn save_apart(file: &Arc<StateFile>, sandbox: &Sandbox) -> Result<(), StateFileError> {
    let (file, sandbox) = (Arc::clone(file), sandbox.clone());
    let path = file.path.clone();
    let saved = tokio::task::spawn_blocking(move || file.save(&sandbox)).await;
    saved.unwrap_or_else(|panicked| Err(failed(&path, "write", panicked.into())))
}

/// Returns the canonical path of a file that exists or is about to be created.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
        }
        resolved => resolved,
    }
}

fn read(path: &Path) -> Result<Option<SavedSandbox>, StateFileError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(path, "read", source)),
    };
    let path = path.to_owned();
    contents::read(&bytes).map(Some).map_err(|problem| match problem {
        Unreadable::NotStateFile => StateFileError::NotStateFile { path },
        Unreadable::UnknownVersion(found) => {
            StateFileError::UnknownVersion { path, found, supported: VERSION }
        }
        Unreadable::Damaged => StateFileError::Damaged { path },
    })
}

fn lock(path: &Path) -> Result<File, StateFileError> {
    let file = private().create(true).truncate(false).open(with_suffix(path, ".lock"));
    let file = file.map_err(|source| failed(path, "lock", source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateFileError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(path, "lock", source)),
    }
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> StateFileError {
    StateFileError::Io { path: path.to_owned(), action, source }
}
