//! The system clock, as a function for the receiver.

use std::time::SystemTime;

use kakaopay_types::Timestamp;

#[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
