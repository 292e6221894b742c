//! The two objects of Omise's KakaoPay guide, and charges made from them.

use kakaopay_types::{Charge, Source, decode};
use serde_json::{Value, json};

/// The source of the guide, as text.
pub const SOURCE: &str = include_str!("../data/guide_source.json");
/// The charge of the guide, as text.
pub const CHARGE: &str = include_str!("../data/guide_charge.json");

/// The guide's source.
///
/// # Panics
/// If it cannot be decoded, which a test of its own tells better.
#[must_use]
pub fn source() -> Source {
    decode::from_slice(SOURCE.as_bytes()).expect("the guide's source")
}

/// The guide's charge with other values for some members; a path such as `source.type` leads into
/// an object.
///
/// # Panics
/// If the result is no charge.
#[must_use]
pub fn charge_with(changes: &[(&str, Value)]) -> Charge {
    let mut charge: Value = serde_json::from_str(CHARGE).expect("the guide's charge");
    for (path, value) in changes {
        let mut place = &mut charge;
        for part in path.split('.') {
            place = &mut place[part];
        }
        *place = value.clone();
    }
    decode::from_value(charge).expect("a charge")
}

/// The changes that make the guide's charge end with a status.
#[must_use]
pub fn ended(status: &str) -> Vec<(&'static str, Value)> {
    let mut changes = vec![("status", json!(status)), ("source.charge_status", json!(status))];
    match status {
        "successful" => changes.extend([("paid", json!(true)), ("paid_at", json!("2023-06-15T02:30:00Z"))]),
        // As it is in recordings of failed charges that were read later.
        "failed" => changes.extend([
            ("expired", json!(true)),
            ("failure_code", json!("insufficient_fund")),
            ("failure_message", json!("insufficient funds in the account")),
        ]),
        "expired" => {
            changes.extend([("expired", json!(true)), ("expired_at", json!("2023-06-22T02:25:15Z"))])
        }
        _ => {}
    }
    changes
}
