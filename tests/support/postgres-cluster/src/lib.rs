//! A PostgreSQL server of its own for the tests of a process.
//!
//! [`shared`] starts one for the whole process, [`Cluster::start`] one for a test that kills it or
//! needs settings of its own. It listens on 127.0.0.1 and on a Unix socket, asks for a password,
//! and syncs as it does in production. Whatever becomes of the process, the server ends with it
//! and its folder is removed: a shell waits for the end of a pipe that only the process holds.
//!
//! [`Pooler`] starts PgBouncer in front of one.
//!
//! Where no PostgreSQL is installed, or the system is no Unix, there is none, and that is said in one line; where
//! `KAKAOPAY_REQUIRE_POSTGRES` is `1`, it fails instead.

#[cfg(unix)]
mod cluster;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod cluster;
#[cfg(unix)]
mod data_dir;
mod installed;
#[cfg(unix)]
mod pooler;
#[cfg(not(unix))]
#[path = "unsupported_pooler.rs"]
mod pooler;
mod setup;
mod shared;
mod small_disk;
#[cfg(unix)]
mod supervisor;

pub use cluster::Cluster;
pub use pooler::Pooler;
pub use setup::Setup;
pub use shared::shared;
pub use small_disk::SmallDisk;
