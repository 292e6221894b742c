//! A file that keeps a sandbox.

mod claim;
mod error;
mod file;
mod given;
mod header;
mod keep;

pub use error::DataError;
pub(crate) use file::DataFile;
