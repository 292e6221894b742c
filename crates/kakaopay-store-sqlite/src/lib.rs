//! A store in one SQLite file: durable without a server.
//!
//! The file is in WAL mode with `synchronous=FULL`, and a call returns only after the `COMMIT` of its
//! transaction. One thread owns the writing connection. It commits all queued calls in one transaction (group
//! commit), each in a savepoint of its own: many payments share one sync of the disk, and a rejected call does
//! not affect the others. Another thread reads. The futures need no runtime.
//!
//! ```
//! # let dir = tempfile::tempdir().unwrap();
//! # let path = dir.path().join("payments.db");
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use kakaopay_store::{Commit, Seq, Store};
//! use kakaopay_store_sqlite::SqliteStore;
//! use kakaopay_types::Reference;
//!
//! let store = SqliteStore::open(&path)?;
//! let order = Reference::parse("order-345678")?;
//! let mut step = Commit::new(order.clone(), Seq::ZERO);
//! step.entry = Some(b"intended".as_slice().into());
//! store.commit(step).await?;
//! assert_eq!(store.read_journal(&order).await?.len(), 1);
//! store.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Opening fails for
//!
//! - A SQLite library before 3.51.3, which can corrupt the file when two connections write and checkpoint
//!   concurrently. The bundled one is newer.
//! - A file of another program, or of a newer version of this crate.
//! - A file system without WAL support. Keep the file on a local disk: SQLite's locks do not work on network file
//!   systems.
//!
//! # Power loss and disk errors
//!
//! Acknowledged writes survive both, which is tested on an in-memory disk that loses power at any write. If a sync
//! fails, all calls of the group fail as `Io`, and their commit at the end of the log is overwritten before
//! anything else is written: some operating systems regard the failed pages as written, so that they could be read
//! and yet not be durable. One case remains. If the process ends while the disk still fails, before a later call
//! has succeeded, restart the machine before opening the file again: then reads return the data on the disk.
//!
//! # The file
//!
//! Only its owner may read and write it: it is created so, and opening it takes the permissions of all others away. A
//! process notices that its file or the log was renamed, deleted or replaced before it acknowledges anything else, and
//! fails each call as `Io` until the same file is back.
//!
//! A copied file of a store in use lacks the log beside it: [`SqliteStore::backup`] writes one that is whole, and
//! [`restore`](kakaopay_store::restore) puts it into use.
//!
//! Nothing is ever deleted: events and messages are kept to detect duplicates.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod open;
mod open_error;
mod opened_file;
mod sqlite_version;

mod migrate;
mod rows;
mod schema;

mod group_commit;
mod integrity;
mod job;
mod worker;

mod backup;
mod commit;
mod failure;
mod outbox;
mod prune;
mod queries;
mod queue;
mod settings;
mod store;
mod term;
mod time;

#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;

pub use rusqlite;

pub use open::SqliteOptions;
pub use open_error::SqliteOpenError;
pub use store::SqliteStore;
