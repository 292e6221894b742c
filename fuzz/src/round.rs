//! What is read can be written, and reads back as the same.

use std::fmt::Debug;

use kakaopay_types::{Decode, decode};
use serde::Serialize;

/// Longest error that can be told: 128 names, which is as deep as JSON is read, of 64 letters and a
/// point, and a sentence around them.
const MAX_TOLD: usize = 128 * 65 + 128;

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
            // A name that could be anything is not repeated.
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]?".contains(&byte);
            assert!(error.path().bytes().all(plain));
            None
        }
    }
}
