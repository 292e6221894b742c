//! The journal of a payment, and its readers.

use std::hint::black_box;

use kakaopay_flows::Payment;
use serde_json::Value;

/// A payment that took two attempts, as it was stored.
const JOURNAL: &str = include_str!("../../../tests/pure/data/journals/second_attempt.jsonl");

/// A reader of a journal, by name.
pub type Reader = (&'static str, Box<dyn Fn()>);

/// All who read it: as a payment from its beginning, as a payment from a snapshot, and as nothing but
/// JSON.
///
/// # Panics
/// Never: the journal is good.
#[must_use]
pub fn readers() -> [Reader; 3] {
    let entries = || (1_u64..).zip(JOURNAL.lines().map(str::as_bytes));
    let payment = Payment::replay(entries()).expect("a journal").expect("a payment");
    let snapshot = payment.snapshot().expect("all is durable");
    [
        ("replay", Box::new(move || drop(black_box(Payment::replay(entries()))))),
        ("restore", Box::new(move || drop(black_box(Payment::restore(&snapshot, []))))),
        (
            "value",
            Box::new(move || {
                for (_, entry) in entries() {
                    drop(black_box(serde_json::from_slice::<Value>(entry)));
                }
            }),
        ),
    ]
}
