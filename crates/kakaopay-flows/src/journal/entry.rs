//! An entry of a payment's journal.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ReplayError;
use crate::journal::record::Record;
use crate::journal::versioning;

/// One step of a payment as it is stored: facts, in the order they became known.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// Its place in the payment's journal, from one.
    pub seq: u64,
    /// When the step was taken, by the driver's clock.
    pub at: Timestamp,
    /// What became known.
    pub records: Vec<Record>,
}

impl JournalEntry {
    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = StoredRef { v: versioning::VERSION, at: self.at, records: &self.records };
        // Every record is plain data with text keys, which JSON can always express.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// Reads stored bytes, of this version or any before it.
    ///
    /// # Errors
    /// [`ReplayError`] when they were written by a version this one does not know, or are damaged.
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
    at: Timestamp,
    records: &'a [Record],
}
