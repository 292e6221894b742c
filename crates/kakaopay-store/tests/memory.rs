//! The store in memory keeps every promise but durability.

use kakaopay_store::{MemoryStore, conformance_tests};

conformance_tests!(MemoryStore::new());
