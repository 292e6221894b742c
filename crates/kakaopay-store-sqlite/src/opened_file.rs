//! The file that a path leads to: who may read it, and whether it is still the one that was opened.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kakaopay_store::{StoreError, StoreErrorKind};

use crate::open_error::SqliteOpenError;

/// The files of a store as they were when it was opened.
///
/// A process whose file was renamed, deleted or replaced would go on in the old one, which nothing finds again. So the
/// path must lead to the same file before each acknowledgement. SQLite itself looks only when it opens a file.
#[derive(Debug, Clone)]
pub(crate) struct OpenedFile {
    /// The store and its log, each with its identity. `None` where there is no such file: on a file system that only
    /// SQLite knows, or on one without identities.
    files: [(PathBuf, Option<FileId>); 2],
}

/// The device and the number of a file.
type FileId = (u64, u64);

impl OpenedFile {
    /// Notes the files at a path that is open.
    pub(crate) fn note(path: &Path) -> Self {
        let noted = |path: PathBuf| {
            let id = file_id(&path);
            (path, id)
        };
        // The log is beside the file that a link leads to, while the link may be turned to another.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Self { files: [noted(path.to_owned()), noted(beside(&target, "-wal"))] }
    }

    /// Whether the path still leads to these files.
    ///
    /// # Errors
    /// `Io` with the path of the file that was moved, deleted or replaced.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        for (path, noted) in &self.files {
            if noted.is_some() && file_id(path) != *noted {
                let text = format!(
                    "`{}` was moved, deleted or replaced while it was open: stop all processes of this store, put \
                     the file back with its `-wal` file, and start again",
                    path.display()
                );
                return Err(StoreError::new(StoreErrorKind::Io, text));
            }
        }
        Ok(())
    }
}

/// A file next to another, by what is added to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Creates a missing file that only its owner may read and write. SQLite would let the whole machine read it.
///
/// A failure is left to SQLite, which opens the file next and has an error for it.
pub(crate) fn create_for_owner(path: &Path) {
    // Names by which SQLite means no file.
    if path.as_os_str().is_empty() || path == Path::new(":memory:") {
        return;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// Takes the permissions of all others from the store's files.
///
/// # Errors
/// [`SqliteOpenError::Permissions`] if the files belong to another user.
#[cfg(unix)]
pub(crate) fn restrict_to_owner(path: &Path) -> Result<(), SqliteOpenError> {
    use std::os::unix::fs::PermissionsExt;

    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        // It is not there, or on a file system that only SQLite knows.
        let Ok(found) = fs::metadata(&path) else { continue };
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let owner_only = fs::Permissions::from_mode(mode & 0o700);
            fs::set_permissions(&path, owner_only).map_err(|_| SqliteOpenError::Permissions { mode })?;
        }
    }
    Ok(())
}

/// Does nothing: the folder's permissions decide.
#[cfg(not(unix))]
pub(crate) fn restrict_to_owner(_: &Path) -> Result<(), SqliteOpenError> {
    Ok(())
}

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// None: where files have no such identity, an open one can be neither renamed nor replaced.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}
