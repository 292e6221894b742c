//! Where the time comes from: the one place that asks the machine.

use std::time::SystemTime;

use kakaopay_types::Timestamp;

/// Where the time comes from. A test or a simulation brings its own.
pub trait Clock: Send + Sync + 'static {
    /// The moment it is.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        // Payments are stored by the millisecond.
        Timestamp::try_from(SystemTime::now()).map_or(Timestamp::UNIX_EPOCH, Timestamp::truncate_to_millis)
    }
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}
