//! The durable side of a payment: what a store must do, one in memory, and the suite that holds
//! every store to it.
//!
//! A store keeps each payment's journal, its deadline, the webhooks that came in and the messages
//! that go out. What the bytes in it mean is not its business, so that it never has to change when
//! they do.
//!
//! Take `kakaopay-store-sqlite` for a store in one file, and `kakaopay-store-postgres` for one that
//! many processes share; implement [`Store`] for any other, and expand
//! [`conformance_tests!`](crate::conformance_tests) (feature `testing`) in its tests.

mod commit;
#[cfg(feature = "testing")]
pub mod conformance;
mod error;
mod memory;
mod store;
mod work;

pub use commit::{Commit, DeadlineChange, Entry, OutboxMessage, Seq, StoredPayment};
pub use error::{StoreError, StoreErrorKind};
pub use memory::MemoryStore;
pub use store::Store;
pub use work::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
    QueueStats,
};
