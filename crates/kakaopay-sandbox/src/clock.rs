//! The sandbox's own clock, which can be moved.

mod setting;
mod speed;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kakaopay_types::Timestamp;
use tokio::sync::watch;

pub(crate) use self::setting::Setting;
pub use self::speed::{ClockSpeed, InvalidClockSpeed};

/// The sandbox's own clock. Clones are the same clock: charges expire when it is moved, and nobody
/// has to wait.
#[derive(Debug, Clone)]
pub struct SandboxClock(Arc<watch::Sender<Setting>>);

impl SandboxClock {
    /// A clock that runs with the machine's.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(watch::Sender::new(Setting::Running(0))))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn frozen_at(at: Timestamp) -> Self {
        Self(Arc::new(watch::Sender::new(Setting::Frozen(at))))
    }

    /// The moment it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.setting().now(machine())
    }

    /// Shows this moment from now on, and goes on from there, as fast as before, if it runs.
    pub fn set(&self, at: Timestamp) {
        self.0.send_modify(|setting| *setting = setting.set(machine(), at));
    }

    /// Stands still at the moment it shows.
    pub fn freeze(&self) {
        self.0.send_modify(|setting| *setting = Setting::Frozen(setting.now(machine())));
    }

    /// Goes on from the moment it shows, as fast as the machine's.
    pub fn run(&self) {
        self.set_speed(ClockSpeed::ONE);
    }

    /// Goes on from the moment it shows, so many seconds in one of the machine's.
    pub fn set_speed(&self, rate: ClockSpeed) {
        self.0.send_modify(|setting| *setting = setting.run(machine(), rate));
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.rate().is_none()
    }

    /// How many seconds pass in one of the machine's; `None` when it stands still.
    #[must_use]
    pub fn rate(&self) -> Option<ClockSpeed> {
        self.setting().rate()
    }

    /// Moves it, forwards or backwards.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.send_modify(|setting| *setting = setting.advance(seconds));
    }

    /// How long it takes until a moment is shown, if nobody moves it; `None` when it never is.
    pub(crate) fn until(&self, at: Timestamp) -> Option<Duration> {
        self.setting().until(machine(), at).map(Duration::from_millis)
    }

    /// How it is set.
    pub(crate) fn setting(&self) -> Setting {
        *self.0.borrow()
    }

    /// Sets it as another one was.
    pub(crate) fn set_to(&self, setting: Setting) {
        self.0.send_replace(setting);
    }

    /// Begins from now on where it began, if it is faster than the machine's.
    pub(crate) fn begin_again(&self) {
        self.0.send_modify(|setting| *setting = setting.anew(machine()));
    }

    /// Hears of each time that somebody moves it.
    pub(crate) fn watched(&self) -> watch::Receiver<Setting> {
        self.0.subscribe()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).map_or(Timestamp::UNIX_EPOCH, Timestamp::truncate_to_millis)
}
