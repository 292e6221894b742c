//! Entries of a payment's journal.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ReplayError;
use crate::journal::record::Record;
use crate::journal::versioning;

/// A stored transition of a payment: its records, in order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Its sequence number in the payment's journal, starting at 1.
    pub seq: u64,
    /// When the transition was made, by the driver's clock.
    pub at: Timestamp,
    /// The records of the transition.
    pub records: Vec<Record>,
}

impl JournalEntry {
    /// Encodes the entry for the journal.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode(None)
    }

    /// Encodes the entry with a mark of its writer, who so knows it from the same entry of another writer.
    /// [`from_bytes`](Self::from_bytes) ignores the mark.
    #[must_use]
    pub fn to_marked_bytes(&self, mark: &str) -> Vec<u8> {
        self.encode(Some(mark))
    }

    fn encode(&self, mark: Option<&str>) -> Vec<u8> {
        let stored = StoredRef { v: versioning::VERSION, mark, at: self.at, records: &self.records };
        // Records are plain data with string keys, which JSON can always encode.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// Decodes an entry of this or an older format version.
    ///
    /// # Errors
    /// [`ReplayError`] if the format version is unknown, or the bytes are damaged.
    pub fn from_bytes(seq: u64, bytes: &[u8]) -> Result<Self, ReplayError> {
        let Stored { at, records } = versioning::read(bytes, versioning::ENTRY_UPGRADES, seq)?;
        Ok(Self { seq, at, records })
    }
}

#[derive(Deserialize)]
struct Stored {
    at: Timestamp,
    records: Vec<Record>,
}

#[derive(Serialize)]
struct StoredRef<'a> {
    v: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'a str>,
    at: Timestamp,
    records: &'a [Record],
}
