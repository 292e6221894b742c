//! The ledger in PostgreSQL: durable on a server, for many processes at once.
//!
//! Take it when the shop runs in more than one process, or has its own tables in PostgreSQL and wants
//! to act on a payment exactly once. Nothing depends on which process did what before: any of them
//! may die, and another goes on when its lease ends.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use kakaopay_store::{Commit, Seq, Store};
//! use kakaopay_store_postgres::PostgresOptions;
//! use kakaopay_types::{Reference, Timestamp};
//!
//! let certificate = std::fs::read("ca.pem")?;
//! let store = PostgresOptions::new("postgres://shop:secret@db.example/shop")?
//!     .schema("kakaopay")
//!     .root_certificate(&certificate)
//!     .open()
//!     .await?;
//! let order = Reference::parse("order-345678")?;
//! let mut step = Commit::new(order.clone(), Seq::ZERO, Timestamp::parse("2024-02-29T12:00:00Z")?);
//! step.entry = Some(b"intended".as_slice().into());
//! store.commit(step).await?;
//! assert_eq!(store.read_journal(&order).await?.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What acknowledged means
//!
//! Every connection has `synchronous_commit=on`, whatever the server, the database or the user is set
//! to (`remote_apply`, which waits for more, is left), and a server with `fsync=off` is refused. So a
//! call that gave `Ok` is on the server's disk; with `synchronous_standby_names`, on a standby's too.
//! Without it, a fail-over to a standby can lose the last moments, as anything in that database.
//!
//! Only a server that can be written is talked to. Give several hosts, and after a fail-over the new
//! primary is found. A call that fails as `Io` may have been stored: load the payment again, which is
//! what the driver does. A call that failed otherwise has stored nothing.
//!
//! # How it works
//!
//! Each call is one statement, and so one transaction that cannot be left open. A step hangs on one
//! row, whose number must be the one that was expected; of many writers the first gets it. What is
//! claimed is picked with `FOR UPDATE SKIP LOCKED`, so that workers pass each other. What the server
//! takes back because others were in the way (40001, 40P01) is run again, ten times at most. A
//! call comes back within [its time](PostgresOptions::call_timeout), also when the server is dead.
//!
//! | table | row | grows with |
//! |---|---|---|
//! | `payment` | a reference and its last entry | payments |
//! | `entry` | what the journal says; never changed or deleted, which a trigger watches over | steps |
//! | `snapshot` | the newest snapshot | payments |
//! | `charge` | the payment of a charge; another's is refused by a trigger | payments |
//! | `delivery` | a webhook, known by its event for ever | webhooks |
//! | `message` | a message, known by its key for ever, and the claim it was told under | messages |
//! | `deadline`, `inbox`, `outbox` | what waits, and from when on it can be claimed | what waits |
//! | `chore` | when a chore is due | chores |
//! | `migration` | what the schema has seen, with checksums | versions |
//!
//! What waits is apart from what is known, and its rows go when they are done. So no call reads
//! more as the years go by, and the tables that change all the time stay small enough to be vacuumed
//! in passing; they say themselves when. Nothing else is ever deleted.
//!
//! # The server
//!
//! - PostgreSQL 13 or newer. The first process makes the tables, and so needs a user who may; later
//!   ones need `SELECT`, `INSERT`, `UPDATE` and `DELETE` on them. Those who come at once wait for each
//!   other. An older program refuses a schema that is newer than it when it opens it.
//! - TLS is demanded, with the server's name and chain checked, unless the connection string says
//!   `sslmode=disable` or leads to a Unix socket.
//! - A pooler in between must give a connection to one client for as long as it stays (PgBouncer's
//!   `session` mode), since statements are prepared. There is no `LISTEN`, and no lock outlives its
//!   transaction.
//! - A transaction of yours that stays open for hours keeps vacuum from all tables of the server, and
//!   makes claiming slow: set `idle_in_transaction_session_timeout`.
//!
//! # Exactly once
//!
//! A message is told at least once, under a key that stays. Whoever acts on it in the same database can
//! act exactly once: [`PostgresStore::complete_in_transaction`] completes it in their own transaction. The example
//! [`fulfil`](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-store-postgres/examples/fulfil.rs)
//! shows both.

mod open_error;
mod options;

mod connector;
mod tls;

mod migrate;
mod namespace;
mod schema;

mod calls;
mod column;
mod failure;
mod hidden;
mod lookup;
mod queue;
mod statements;
mod step;
mod store;
mod told;

pub use open_error::{OpenError, TlsError};
pub use options::PostgresOptions;
pub use store::PostgresStore;
pub use told::Completion;
pub use {rustls, tokio_postgres};
