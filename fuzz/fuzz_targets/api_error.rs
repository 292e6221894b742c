//! Any bytes are an error of the API or a typed error.

#![no_main]

use kakaopay_fuzz::round;
use kakaopay_types::ApiError;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = round::<ApiError>(bytes);
});
