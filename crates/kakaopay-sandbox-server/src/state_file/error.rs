//! Why a state file cannot be used.

use std::path::PathBuf;

use kakaopay_sandbox::RestoreError;

/// Why a state file cannot be used. Its contents were not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// The file holds something else.
    #[error("{} is not a sandbox state file: give the path of one, or of a file that does not exist", path.display())]
    NotStateFile {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by another version of this program.
    #[error(
        "{} has state file version {found}, and only version {supported} is supported: use the program that wrote it",
        path.display()
    )]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that is supported.
        supported: u32,
    },
    /// Another sandbox uses the file.
    #[error("{} is used by another sandbox: stop that one, or give this one a file of its own", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is a state file, but a member is missing, unknown or invalid.
    #[error("{} is damaged: restore a copy, or delete it to begin anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A snapshot in the file is invalid.
    #[error("{} holds a snapshot that cannot be restored", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RestoreError,
    },
    /// The operating system reports an error.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read`, `lock` or `write`.
        action: &'static str,
        /// What it reports.
        source: std::io::Error,
    },
}
