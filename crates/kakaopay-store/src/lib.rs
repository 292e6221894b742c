//! Durable storage of payments: the contract of a store, a store in memory, and a conformance suite.
//!
//! A store keeps each payment's journal, snapshot and deadline, an inbox of webhook events and an outbox of
//! messages for the merchant, and facts about itself ([`Setting`]). It does not interpret their bytes, so that it need not change when they do.
//!
//! Use `kakaopay-store-sqlite` for a store in one file, and `kakaopay-store-postgres` for a store that many
//! processes share. Implement [`Store`] for any other database, and expand
//! [`conformance_tests!`](crate::conformance_tests) (feature `testing`) in its tests.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod clock;
mod commit;
#[cfg(feature = "testing")]
pub mod conformance;
mod copy;
mod error;
#[allow(unreachable_pub, reason = "exported with feature `sql`")]
mod highest_time;
mod memory;
mod outbox;
mod prune;
mod restore;
mod row;
mod schema_error;
mod setting;
#[cfg(feature = "sql")]
#[doc(hidden)]
pub mod sql;
mod store;
#[allow(unreachable_pub, reason = "exported with feature `sql`")]
mod term;
mod work;

pub use clock::{Clock, SystemClock};
pub use commit::{Commit, Committed, DeadlineChange, Entry, Seq, StoredPayment};
pub use copy::{CopyError, CopyReport, copy};
pub use error::{StoreError, StoreErrorKind};
pub use memory::MemoryStore;
pub use outbox::{ClaimToken, ClaimedMessage, Lane, OutboxMessage, Skip, SkipOutcome};
pub use prune::{Prune, PruneOutcome, PrunedEvents};
pub use restore::{BACKUP, restore};
pub use row::{MessageState, Row, RowKind, StoredMessage};
pub use schema_error::SchemaError;
pub use setting::Setting;
pub use store::Store;
pub use work::{
    Backlog, ClaimRequest, DuePayment, Held, InboxEvent, InsertOutcome, NewInboxEvent, QueueStats,
};
