//! The store in memory keeps every promise but durability.

use kakaopay_ledger::{MemoryStore, conformance_tests};

conformance_tests!(MemoryStore::new());
