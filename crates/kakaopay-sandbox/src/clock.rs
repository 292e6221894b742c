//! The sandbox's own clock, which can be moved.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use kakaopay_types::Timestamp;

/// The sandbox's own clock. Clones are the same clock: charges expire when it is moved, and nobody
/// has to wait.
#[derive(Debug, Clone)]
pub struct SandboxClock(Arc<Mutex<Reading>>);

#[derive(Debug)]
enum Reading {
    /// The machine's clock and this many milliseconds.
    Running(i64),
    /// A moment that stays until it is moved.
    Frozen(Timestamp),
}

impl SandboxClock {
    /// A clock that runs with the machine's.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Reading::Running(0))))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn frozen_at(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Reading::Frozen(at))))
    }

    /// The moment it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::Running(offset) => machine().saturating_add_millis(*offset),
            Reading::Frozen(at) => *at,
        }
    }

    /// Moves it, forwards or backwards.
    pub fn advance_seconds(&self, seconds: i64) {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::Running(offset) => *offset = offset.saturating_add(seconds.saturating_mul(1_000)),
            Reading::Frozen(at) => *at = at.saturating_add_seconds(seconds),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
