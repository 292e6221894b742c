//! Checksums of rows, so that a row which was damaged or altered is never returned.

use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::sql::corrupt;

/// The checksum of a row, from the parts that are never changed: its keys and its bytes.
///
/// It finds damage, and changes made by hand. It has no key, so that it stops no one who computes it anew.
#[must_use]
pub fn row_checksum(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no part can take bytes of the next one.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(first)
}

/// The checksum of a message's row.
#[must_use]
pub fn message_checksum(reference: &str, key: &str, lane: &str, body: &[u8]) -> i64 {
    row_checksum(&[b"message", reference.as_bytes(), key.as_bytes(), lane.as_bytes(), body])
}

/// The checksum of a webhook event's row.
#[must_use]
pub fn event_checksum(event: &str, body: &[u8]) -> i64 {
    row_checksum(&[b"event", event.as_bytes(), body])
}

/// Compares the checksum that is stored with a row with that of the row as it is now.
///
/// # Errors
/// `Corrupt`, naming the row, if one of the two has changed.
pub fn check_row(name: impl FnOnce() -> String, stored: i64, now: i64) -> Result<(), StoreError> {
    if stored == now {
        return Ok(());
    }
    Err(corrupt(format!("{} was damaged or altered: its checksum does not match", name())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreErrorKind;

    #[test]
    fn f62_each_changed_bit_changes_the_checksum() {
        let parts = [&b"order-1"[..], &1_u64.to_be_bytes(), b"{\"amount\":150000}"];
        let checksum = row_checksum(&parts);
        check_row(|| "entry 1".to_owned(), checksum, row_checksum(&parts)).expect("unchanged");
        for part in 0..parts.len() {
            for bit in 0..parts[part].len() * 8 {
                let mut changed = parts[part].to_vec();
                changed[bit / 8] ^= 1 << (bit % 8);
                let mut altered = parts;
                altered[part] = &changed;
                let altered = row_checksum(&altered);
                let error = check_row(|| "entry 1".to_owned(), checksum, altered).expect_err("changed");
                assert_eq!(error.kind(), StoreErrorKind::Corrupt);
            }
        }
        for bit in 0..64 {
            check_row(String::new, checksum ^ (1 << bit), row_checksum(&parts)).expect_err("changed");
        }
    }

    #[test]
    fn f62_bytes_of_one_part_are_not_those_of_the_next() {
        assert_ne!(row_checksum(&[b"ab", b"c"]), row_checksum(&[b"a", b"bc"]));
        assert_ne!(row_checksum(&[b"ab"]), row_checksum(&[b"ab", b""]));
    }
}
