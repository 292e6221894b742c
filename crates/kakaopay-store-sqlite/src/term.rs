//! The end of a term.

use std::time::Duration;

use kakaopay_store::sql::term_millis;
use kakaopay_types::Timestamp;

/// The end of a term that begins now, in milliseconds since the Unix epoch.
pub(crate) fn end_of(term: Duration, now: Timestamp) -> i64 {
    now.unix_millis().saturating_add(term_millis(term))
}
