//! A file that stores a sandbox between processes.

mod atomic_write;
mod contents;
mod error;
mod file;

pub use error::StateFileError;
pub use file::StateFile;
