//! The sandbox's own clock, which can be moved.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

/// The sandbox's own clock. Clones are the same clock: charges expire when it is moved, and nobody
/// has to wait.
#[derive(Debug, Clone)]
pub struct SandboxClock(Arc<Mutex<Setting>>);

/// How a clock is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    /// The machine's clock and this many milliseconds.
    Running(i64),
    /// A moment that stays until it is moved.
    Frozen(Timestamp),
}

impl SandboxClock {
    /// A clock that runs with the machine's.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Setting::Running(0))))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn frozen_at(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Setting::Frozen(at))))
    }

    /// The moment it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Setting::Running(offset) => machine().saturating_add_millis(*offset),
            Setting::Frozen(at) => *at,
        }
    }

    /// Shows this moment from now on, and goes on from there if it runs.
    pub fn set(&self, at: Timestamp) {
        let mut setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *setting = match *setting {
            Setting::Running(_) => Setting::Running(at.millis_since(machine())),
            Setting::Frozen(_) => Setting::Frozen(at),
        };
    }

    /// Stands still at the moment it shows.
    pub fn freeze(&self) {
        let mut setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Setting::Running(offset) = *setting {
            *setting = Setting::Frozen(machine().saturating_add_millis(offset));
        }
    }

    /// Goes on from the moment it shows, as fast as the machine's.
    pub fn run(&self) {
        let mut setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Setting::Frozen(at) = *setting {
            *setting = Setting::Running(at.millis_since(machine()));
        }
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self.setting(), Setting::Frozen(_))
    }

    /// How it is set.
    pub(crate) fn setting(&self) -> Setting {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it as another one was.
    pub(crate) fn set_to(&self, setting: Setting) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    }

    /// Moves it, forwards or backwards.
    pub fn advance_seconds(&self, seconds: i64) {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Setting::Running(offset) => *offset = offset.saturating_add(seconds.saturating_mul(1_000)),
            Setting::Frozen(at) => *at = at.saturating_add_seconds(seconds),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
