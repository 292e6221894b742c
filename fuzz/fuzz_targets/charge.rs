//! Any bytes are a charge or a typed error, and only the status makes a charge paid.

#![no_main]

use kakaopay_fuzz::round;
use kakaopay_types::{Charge, Outcome};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(charge) = round::<Charge>(bytes) else { return };
    // What is passed over may be no UTF-8, which this reader minds and the other does not.
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    assert_eq!(charge.outcome() == Outcome::Successful, json["status"] == "successful");
});
