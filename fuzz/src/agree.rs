//! `decode::from_slice` and serde agree.

use std::fmt::Debug;

use kakaopay_types::{Decode, decode};

/// Reads bytes with `decode::from_slice` and with serde. Both return the same object, or neither
/// returns one.
///
/// # Panics
/// When they disagree.
pub fn agree<T: Decode + PartialEq + Debug>(bytes: &[u8]) {
    assert_eq!(decode::from_slice::<T>(bytes).ok(), serde_json::from_slice::<T>(bytes).ok());
}
