//! The machine's clock, which the receiver is given as a function.

use std::time::SystemTime;

use kakaopay_types::Timestamp;

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
pub(crate) fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
