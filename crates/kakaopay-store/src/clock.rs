//! The source of the current time.

use std::time::SystemTime;

use kakaopay_types::Timestamp;

/// A source of the current time. Tests and simulations bring their own.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "has nothing to set")]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
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
