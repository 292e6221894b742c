//! A disk in memory for SQLite that loses power: what was not synced may be gone, torn, or there in another order.
//!
//! A process that is killed does not test what a loss of power does, because the machine goes on and writes what
//! it has in its cache. Here nothing is written by itself: a [`Disk`] keeps a record of every write, change of
//! size, name and sync, a [`Platter`] knows what of it is durable, and [`Platter::lose_power`] says what a reader
//! may find afterwards. [`install`] makes it SQLite's file system for the process, so that a store under test
//! needs to know nothing of it: it is given [`Disk::path`].
//!
//! # Unsafe code
//!
//! This crate alone in the workspace does not forbid it. SQLite is C and asks its file system for everything
//! through two tables of functions; somebody has to be those functions, and no safe binding lets one. They are
//! in the module `vfs`, do nothing but turn C's arguments into Rust's and the answer into a number, and say at
//! each place why it is sound. The disk itself is safe code. The crate is not published, and only tests use it.

mod disk;
mod fault;
mod file;
mod handle;
mod image;
mod lock;
mod op;
mod platter;
mod shared_memory;
mod trouble;
mod vfs;

pub use disk::{Disk, Honesty};
pub use fault::{Fault, FaultKind};
pub use image::{Device, Image};
pub use op::{FileId, Op, Record};
pub use platter::Platter;
pub use vfs::install;
