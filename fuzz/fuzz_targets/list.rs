//! Any bytes are a list of charges or a typed error.

#![no_main]

use kakaopay_fuzz::round;
use kakaopay_types::{Charge, List};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = round::<List<Charge>>(bytes);
});
