//! The store in memory keeps every promise but durability.

use kakaopay_store::conformance::ManualClock;
use kakaopay_store::{MemoryStore, conformance_tests};

conformance_tests!({
    let clock = ManualClock::default();
    (MemoryStore::new().with_clock(clock.clone()), clock)
});
