//! An in-memory disk for SQLite that loses power: unsynced writes may be gone, torn, or reordered.
//!
//! Killing a process does not test a power loss, because the machine still writes its cache. Here nothing is
//! written by itself: a [`Disk`] records every write, change of size, name and sync, a [`DurableState`] tracks which
//! of them are durable, and [`DurableState::lose_power`] gives a content that a reader may find afterwards.
//! [`install`] makes it SQLite's file system for the process, so that a store under test
//! needs to know nothing of it: it is given [`Disk::path`].
//!
//! # Unsafe code
//!
//! This crate alone in the workspace does not forbid it. SQLite is C and asks its file system for everything
//! through two tables of functions; those functions have to be implemented, and no safe binding does it. They are
//! in the module `vfs`, do nothing but turn C's arguments into Rust's and the answer into a number, and say at
//! each place why it is sound. The disk itself is safe code. The crate is not published, and only tests use it.

mod crash_image;
mod disk;
mod durable;
mod error;
mod fault;
mod file;
mod handle;
mod lock;
mod operation;
mod shared_memory;
mod vfs;

pub use crash_image::{CrashImage, Device};
pub use disk::{Disk, Honesty};
pub use durable::DurableState;
pub use fault::{Fault, FaultKind};
pub use operation::{FileId, Operation, Record};
pub use vfs::install;
