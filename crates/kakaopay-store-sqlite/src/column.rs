//! Values of the contract as columns hold them, and back.

use kakaopay_store::{ClaimToken, Seq, StoreError, StoreErrorKind};
use kakaopay_types::{EventId, Reference, Timestamp};

use crate::failure::corrupt;

pub(crate) fn seq_of(column: i64) -> Result<Seq, StoreError> {
    u64::try_from(column).map(Seq::new).map_err(corrupt)
}

/// A place that a column can hold. There is no other in practice: it would take 2^63 entries.
pub(crate) fn seq_value(seq: Seq) -> Result<i64, StoreError> {
    i64::try_from(seq.get()).map_err(|error| StoreError::new(StoreErrorKind::Other, error))
}

pub(crate) fn claim_of(column: i64) -> Result<ClaimToken, StoreError> {
    u64::try_from(column).map(ClaimToken::new).map_err(corrupt)
}

pub(crate) fn find_by_charge(column: &str) -> Result<Reference, StoreError> {
    Reference::parse(column).map_err(corrupt)
}

pub(crate) fn event_of(column: &str) -> Result<EventId, StoreError> {
    EventId::parse(column).map_err(corrupt)
}

pub(crate) fn moment_of(column: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_unix_millis(column).map_err(corrupt)
}

/// How many rows to claim at most.
pub(crate) fn limit_value(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
