//! Any bytes are an event or a typed error.

#![no_main]

use kakaopay_fuzz::round;
use kakaopay_types::Event;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = round::<Event>(bytes);
});
