//! A store in PostgreSQL, shared by many processes.
//!
//! Use it if the shop runs in more than one process, or has its own tables in PostgreSQL and must act on a payment
//! exactly once. Any process may die: another one continues its work once the lease ends.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use kakaopay_store::{Commit, Seq, Store};
//! use kakaopay_store_postgres::PostgresOptions;
//! use kakaopay_types::Reference;
//!
//! let certificate = std::fs::read("ca.pem")?;
//! let store = PostgresOptions::new("postgres://shop:secret@db.example/shop")?
//!     .schema("kakaopay")
//!     .root_certificate(&certificate)
//!     .open()
//!     .await?;
//! let order = Reference::parse("order-345678")?;
//! let mut step = Commit::new(order.clone(), Seq::ZERO);
//! step.entry = Some(b"intended".as_slice().into());
//! store.commit(step).await?;
//! assert_eq!(store.read_journal(&order).await?.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Durability
//!
//! Every connection has `synchronous_commit=on`, whatever the settings of the server, database or user
//! (`remote_apply`, which waits for more, is kept), and a server with `fsync=off` is rejected. So a call that
//! returned `Ok` is on the server's disk; with `synchronous_standby_names`, on a standby's too. Without them, a
//! fail-over to a standby can lose the last transactions of the whole database, paid orders among them. A process
//! that finds its own last commits missing on a new connection marks the store as suspect, so that nothing is charged
//! twice. With them, name two standbys (`ANY 1 (a, b)`): commits wait for as long as none of them is there. Such a
//! commit fails as `Io` after the [statement timeout](PostgresOptions::statement_timeout), and its connection keeps
//! its place until the server responds; while it lasts, reading goes on and one commit at a time is tried.
//! After a dump was loaded, or a fail-over that no process has lived through, pass the store to
//! [`restore`](kakaopay_store::restore) before any process uses it. On another database system than it was used on,
//! opening fails until the statement that its error names is run, so that two copies are noticed.
//!
//! Connections go to a writable server only. Configure several hosts to find the new primary after a fail-over. The
//! primary with the highest timeline is used, and an old one that returns is never used again by a process that has
//! seen the new one; shut it down all the same, since a process that reaches only the old one cannot know. A call that fails as `Io` may have been stored: load the payment again, as the driver does. A call that fails
//! otherwise has stored nothing.
//!
//! # How it works
//!
//! Each call is one statement, and so one transaction that cannot be left open. A commit updates the payment's row
//! on condition of its last sequence number, so that one of several concurrent writers succeeds. Rows are claimed
//! with `FOR UPDATE SKIP LOCKED`, so that workers do not wait for each other. A payment's later message is passed over
//! while an earlier one is in `outbox_queue`, which ends with the transaction that completes it. Serialization failures and deadlocks
//! (40001, 40P01) are retried, at most ten times. A call returns within its
//! [timeout](PostgresOptions::call_timeout), even if the server is dead.
//!
//! | table | row | grows with |
//! |---|---|---|
//! | `payment` | an order reference and its last sequence number | payments |
//! | `journal_entry` | an entry of a journal; a trigger makes it immutable | commits |
//! | `snapshot` | a payment's newest snapshot | payments |
//! | `charge` | the payment of a charge; a trigger rejects another payment | payments |
//! | `inbox_event` | a webhook event, kept to detect duplicates | webhooks |
//! | `outbox_message` | a message, kept to detect duplicates, and the claim that completed it or who skipped it and why | messages |
//! | `due_payment`, `inbox_queue`, `outbox_queue` | pending work, and when it can be claimed | pending work |
//! | `job` | when a recurring job is due | jobs |
//! | `setting` | a fact about the store: its id, and the database system and timeline it was last used on | nothing |
//! | `migration` | an applied migration, its checksum, and the oldest version that can use the store after it | versions |
//!
//! Queues are separate from history, and their rows are deleted on completion. So calls do not slow down as the
//! history grows, and the tables that change all the time stay small enough for frequent vacuum, which they
//! configure themselves. Nothing else is ever deleted.
//!
//! # The server
//!
//! - PostgreSQL 13 or newer. The first process creates the tables and needs the privilege to; later ones need
//!   `SELECT`, `INSERT`, `UPDATE` and `DELETE` on them. Concurrent migrations wait for each other, and
//!   for transactions of others at most 60 s, in attempts of 2 s; the error names the sessions in the way. Each
//!   migration says from which version on an older program can still use the store, so that the program can be
//!   rolled back; one that cannot does not open it.
//! - TLS is required, with verification of the server's name and certificate chain, unless the connection string
//!   has `sslmode=disable` or a Unix socket. libpq's `sslrootcert`, `sslcert` and `sslkey` are taken from it.
//! - A connection pooler must assign a connection to one client for its lifetime (PgBouncer's `session` mode with its
//!   `server_reset_query`), since statements are prepared: opening fails behind one that does not. There is no
//!   `LISTEN`, and no lock outlives its transaction.
//! - Give the user of the shop a limit of its own (`ALTER ROLE shop CONNECTION LIMIT 40`), above the sum of
//!   [`max_connections`](PostgresOptions::max_connections) over all its processes: a process that is restarted
//!   leaves sessions behind that wait for a standby, and others must be able to log in meanwhile.
//! - A transaction that stays open for hours blocks vacuum on the whole server and slows claims down: set
//!   `idle_in_transaction_session_timeout`.
//!
//! # Exactly once
//!
//! A message is delivered at least once, under a stable key. To process it exactly once in the same database,
//! complete it in your own transaction with [`PostgresStore::complete_in_transaction`]. The example
//! [`fulfil`](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-store-postgres/examples/fulfil.rs)
//! shows both.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod open_error;
mod options;

mod connection_string;
mod connector;
mod fence;
mod hosts;
mod patience;
mod places;
mod prune;
mod prune_statements;
mod session;
mod stall;
mod tls;

mod migrate;
mod objects;
mod schema;
mod schema_name;
mod sequences;

mod claims;
mod commit;
mod completion;
mod convert;
mod correction;
mod executor;
mod failure;
mod integrity;
mod integrity_statements;
mod last_commits;
mod outbox;
mod outbox_statements;
mod queries;
mod queue;
mod redacted;
mod renewal;
mod row_statements;
mod rows;
mod settings;
mod sqlstate;
mod statements;
mod store;
mod template;

pub use completion::Completion;
pub use migrate::LockHolder;
pub use open_error::{HostError, PostgresOpenError, PostgresTlsError};
pub use options::PostgresOptions;
pub use store::PostgresStore;
pub use {rustls, tokio_postgres};
