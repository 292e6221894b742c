//! A store in memory, for tests and demos: all guarantees but durability.

mod due;
mod outbox;
mod store;
mod tables;

pub use store::MemoryStore;
