//! Both ways to read agree.

use std::fmt::Debug;

use kakaopay_types::{Decode, decode};

/// Reads bytes in order and in general. What the first gives, the second gives too.
///
/// # Panics
/// When they disagree.
pub fn agree<T: Decode + PartialEq + Debug>(bytes: &[u8]) {
    if let Some(in_order) = decode::in_order::<T>(bytes) {
        let general = serde_json::from_slice::<T>(bytes).expect("what was read in order is read in general");
        assert_eq!(in_order, general);
    }
}
