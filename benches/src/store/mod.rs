//! Payments per second of the stores, and of the disk, SQLite and PostgreSQL alone.

mod clock;
mod payment;
mod plain;
mod stored;
mod waiting;

pub use clock::{best, rate};
pub use payment::{pay, payments};
pub use plain::{fill, synced, with_rusqlite, with_tokio_postgres};
pub use stored::{fill_postgres, fill_sqlite};
pub use waiting::{claim_and_complete, claim_deadlines, wait_in_postgres, wait_in_sqlite, with_skip_locked};
