//! Journals of payments: how they are read.

mod journal;

pub use journal::{Reader, readers};
