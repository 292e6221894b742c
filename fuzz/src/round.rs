//! Decodes any bytes, writes the object, and decodes it again.

use std::fmt::Debug;

use kakaopay_types::{Decode, decode};
use serde::Serialize;

/// Longest text of an error: 128 names, which is as deep as JSON is parsed, of 64 letters and a
/// point, and a sentence around them.
const MAX_ERROR: usize = 128 * 65 + 128;

/// Decodes bytes into an object, which is written and decoded again, or into an error with a text.
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
            assert!(error.to_string().len() < MAX_ERROR);
            // A name that could be anything is not repeated.
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]?".contains(&byte);
            assert!(error.path().bytes().all(plain));
            None
        }
    }
}
