//! Errors of state files.

use std::path::PathBuf;

use kakaopay_sandbox::RestoreError;

/// An error of a state file. Its contents were not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// The file has another format.
    #[error("{} is not a sandbox state file: give the path of one, or of a file that does not exist", path.display())]
    NotStateFile {
        /// The file.
        path: PathBuf,
    },
    /// The file has an unsupported version.
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
    #[error("{} is damaged: restore a copy, or delete it to start with an empty sandbox", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A snapshot in the file is invalid.
    #[error("{} holds a snapshot that cannot be restored", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// The snapshot's error.
        source: RestoreError,
    },
    /// The operating system reported an error.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `create`, `read`, `lock` or `write`.
        action: &'static str,
        /// The error.
        source: std::io::Error,
    },
}
