//! The sandbox's settable clock.

mod pace;
mod setting;
mod speed;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kakaopay_types::Timestamp;
use tokio::sync::watch;

pub(crate) use self::pace::Pace;
pub(crate) use self::setting::Setting;
pub use self::speed::{ClockSpeed, InvalidClockSpeed};

/// The sandbox's settable clock. Clones share one clock. Charges expire when it is moved, so that no test has to
/// wait.
#[derive(Debug, Clone)]
pub struct SandboxClock(Arc<watch::Sender<Setting>>);

impl SandboxClock {
    /// Creates a clock that follows the system clock.
    #[must_use]
    pub fn system() -> Self {
        Self::with(Setting::Running(0))
    }

    /// Creates a frozen clock.
    #[must_use]
    pub fn frozen_at(at: Timestamp) -> Self {
        Self::with(Setting::Frozen(at))
    }

    /// Returns the current time of the sandbox.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.setting().now(machine())
    }

    /// Sets the time. A running clock continues from there at the same speed.
    pub fn set(&self, at: Timestamp) {
        self.0.send_modify(|setting| *setting = setting.set(machine(), at));
    }

    /// Freezes the clock at its current time.
    pub fn freeze(&self) {
        self.0.send_modify(|setting| *setting = Setting::Frozen(setting.now(machine())));
    }

    /// Runs the clock from its current time, at the speed of the system clock.
    pub fn run(&self) {
        self.set_speed(ClockSpeed::ONE);
    }

    /// Runs the clock from its current time at the given speed.
    pub fn set_speed(&self, speed: ClockSpeed) {
        self.0.send_modify(|setting| *setting = setting.run(machine(), speed));
    }

    /// Returns whether the clock is frozen.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.speed().is_none()
    }

    /// Returns the speed; `None` if the clock is frozen.
    #[must_use]
    pub fn speed(&self) -> Option<ClockSpeed> {
        self.setting().speed()
    }

    /// Moves the clock by `seconds`, forwards or backwards.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.send_modify(|setting| *setting = setting.advance(seconds));
    }

    /// Real time until the clock shows `at` if it is not moved; `None` if it never does.
    pub(crate) fn until(&self, at: Timestamp) -> Option<Duration> {
        self.setting().until(machine(), at).map(Duration::from_millis)
    }

    /// Returns the current setting.
    pub(crate) fn setting(&self) -> Setting {
        *self.0.borrow()
    }

    /// Creates a clock with a setting.
    pub(crate) fn with(setting: Setting) -> Self {
        Self(Arc::new(watch::Sender::new(setting)))
    }

    /// Replaces the setting.
    pub(crate) fn set_to(&self, setting: Setting) {
        self.0.send_replace(setting);
    }

    /// Returns a fast clock to its start time.
    pub(crate) fn restart(&self) {
        self.0.send_modify(|setting| *setting = setting.restarted(machine()));
    }

    /// Subscribes to changes of the setting.
    pub(crate) fn watched(&self) -> watch::Receiver<Setting> {
        self.0.subscribe()
    }
}

#[expect(clippy::disallowed_methods, reason = "only the sandbox clock reads the system clock")]
fn machine() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).map_or(Timestamp::UNIX_EPOCH, Timestamp::truncate_to_millis)
}
