//! Conversions between values of the contract and SQL columns.

use std::error::Error;

use kakaopay_types::{EventId, Reference, Timestamp};

use crate::commit::Seq;
use crate::error::{StoreError, StoreErrorKind};
use crate::outbox::{ClaimToken, Lane};

/// The error for a value that no store of this workspace writes.
pub fn corrupt(cause: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, cause)
}

/// A sequence number.
///
/// # Errors
/// `Corrupt` if the column is negative.
pub fn seq_of(column: i64) -> Result<Seq, StoreError> {
    u64::try_from(column).map(Seq::new).map_err(corrupt)
}

/// The column of a sequence number.
///
/// # Errors
/// `Other` above `i64::MAX`, which takes 2^63 entries.
pub fn seq_value(seq: Seq) -> Result<i64, StoreError> {
    i64::try_from(seq.get()).map_err(|error| StoreError::new(StoreErrorKind::Other, error))
}

/// A claim.
///
/// # Errors
/// `Corrupt` if the column is negative.
pub fn claim_of(column: i64) -> Result<ClaimToken, StoreError> {
    u64::try_from(column).map(ClaimToken::new).map_err(corrupt)
}

/// The column of a claim; 0, which no claimed message has, if the claim does not fit.
#[must_use]
pub fn claim_value(claim: ClaimToken) -> i64 {
    i64::try_from(claim.get()).unwrap_or(0)
}

/// The column of a lane.
#[must_use]
pub fn lane_value(lane: Lane) -> &'static str {
    match lane {
        Lane::Ordered => "ordered",
        Lane::Alert => "alert",
    }
}

/// How often a message failed.
///
/// # Errors
/// `Corrupt` if the column is negative.
pub fn failures_of(column: i64) -> Result<u32, StoreError> {
    // A count that does not fit only has to stay large.
    u64::try_from(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX)).map_err(corrupt)
}

/// An order reference.
///
/// # Errors
/// `Corrupt` if the column is not a reference.
pub fn reference_of(column: &str) -> Result<Reference, StoreError> {
    Reference::parse(column).map_err(corrupt)
}

/// The id of an event.
///
/// # Errors
/// `Corrupt` if the column is not an event id.
pub fn event_of(column: &str) -> Result<EventId, StoreError> {
    EventId::parse(column).map_err(corrupt)
}

/// A timestamp, from milliseconds since the Unix epoch.
///
/// # Errors
/// `Corrupt` if the column is outside the range of timestamps.
pub fn timestamp_of(column: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_unix_millis(column).map_err(corrupt)
}

/// The value of a `LIMIT`.
#[must_use]
pub fn limit_value(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
