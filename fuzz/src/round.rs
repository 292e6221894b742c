//! What is read can be written, and reads back as the same.

use std::fmt::Debug;

use kakaopay_types::{Decode, decode};
use serde::Serialize;

/// Longest path in an error that JSON of the fuzzer's length can have.
const MAX_TOLD: usize = 65_536;

/// Reads bytes: an object, which is written and reads back as it was, or an error that can be told.
///
/// # Panics
/// When that does not hold.
pub fn round<T: Decode + Serialize + Debug>(bytes: &[u8]) -> Option<T> {
    match decode::from_slice::<T>(bytes) {
        Ok(object) => {
            let written = serde_json::to_string(&object).expect("an object can be written");
            let again = decode::from_slice::<T>(written.as_bytes()).expect("what was written can be read");
            // A list leaves out what it could not read, so texts are compared.
            assert_eq!(serde_json::to_string(&again).expect("an object can be written"), written);
            Some(object)
        }
        Err(error) => {
            assert!(error.to_string().len() < MAX_TOLD);
            None
        }
    }
}
