//! The ledger in one SQLite file: durable without a server.
//!
//! The file is kept in WAL mode with `synchronous=FULL`, and a call is answered only after the
//! `COMMIT` that holds its work. One thread owns the connection that writes: it takes all calls
//! that wait and stores them in one transaction, each in a savepoint of its own, so that many
//! payments share one sync of the disk and one refused step hurts no other. Another thread reads.
//! No runtime is needed: the futures can be awaited on any.
//!
//! ```
//! # let dir = tempfile::tempdir().unwrap();
//! # let path = dir.path().join("payments.db");
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use kakaopay_store::{Commit, Seq, Store};
//! use kakaopay_store_sqlite::SqliteStore;
//! use kakaopay_types::{Reference, Timestamp};
//!
//! let store = SqliteStore::open(&path)?;
//! let order = Reference::parse("order-345678")?;
//! let mut step = Commit::new(order.clone(), Seq::ZERO, Timestamp::parse("2024-02-29T12:00:00Z")?);
//! step.entry = Some(b"intended".as_slice().into());
//! store.commit(step).await?;
//! assert_eq!(store.read_journal(&order).await?.len(), 1);
//! store.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # What is refused
//!
//! - A SQLite library before 3.51.3, which can corrupt the file when two connections write and
//!   checkpoint at the same moment. The bundled one is newer.
//! - A file that is not a ledger, or that a newer version of this crate wrote.
//! - A place where WAL does not work. Keep the file on a local disk: SQLite's locks do not hold
//!   on network file systems.
//!
//! # Loss of power, and disks that fail
//!
//! What was acknowledged survives both, which is tested on a disk in memory that loses power at any write. A sync
//! that fails is told as `Io` to everybody whose step it was for, and what their commit left at the end of the log
//! is overwritten before anything else is stored there: a system may take it for written from then on, so that it
//! could be read, and never be durable. One thing is beyond that. Should the process end while the disk still
//! fails, before a later call succeeded, restart the machine before the file is opened again, so that what is read
//! is what is on the disk.
//!
//! Nothing is ever deleted: events and messages stay known so that they cannot come twice.

mod library;
mod open;
mod open_error;

mod migrate;
mod schema;

mod group;
mod job;
mod worker;

mod column;
mod failure;
mod lookup;
mod queue;
mod step;
mod store;

pub use rusqlite;

pub use open::SqliteOptions;
pub use open_error::OpenError;
pub use store::SqliteStore;
