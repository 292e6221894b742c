//! The machine's clock, which the receiver is given as a function.

use std::time::{SystemTime, UNIX_EPOCH};

use kakaopay_types::Timestamp;

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_unix_seconds(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
