//! The setting of a clock.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::speed::ClockSpeed;

/// The setting of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    /// The system clock plus this many milliseconds.
    Running(i64),
    /// A fixed time.
    Frozen(Timestamp),
    /// Faster than the system clock.
    Fast {
        /// System time when the speed was set.
        since: Timestamp,
        /// Sandbox time when the speed was set.
        shown: Timestamp,
        /// The speed since then.
        speed: ClockSpeed,
    },
}

impl Setting {
    /// Creates a setting that shows `at` at the system time `machine`, and runs at `speed` from there.
    pub(super) fn running(machine: Timestamp, at: Timestamp, speed: ClockSpeed) -> Self {
        if speed == ClockSpeed::ONE {
            return Self::Running(at.millis_since(machine));
        }
        Self::Fast { since: machine, shown: at, speed }
    }

    /// Returns the speed; `None` if the clock is frozen.
    pub(super) fn speed(self) -> Option<ClockSpeed> {
        match self {
            Self::Running(_) => Some(ClockSpeed::ONE),
            Self::Frozen(_) => None,
            Self::Fast { speed, .. } => Some(speed),
        }
    }

    /// Returns the time shown at the system time `machine`.
    pub(super) fn now(self, machine: Timestamp) -> Timestamp {
        match self {
            Self::Running(offset) => machine.saturating_add_millis(offset),
            Self::Frozen(at) => at,
            Self::Fast { since, shown, speed } => {
                let passed = machine.millis_since(since).saturating_mul(speed.seconds().into());
                shown.saturating_add_millis(passed)
            }
        }
    }

    /// Sets another time at the same speed.
    pub(super) fn set(self, machine: Timestamp, at: Timestamp) -> Self {
        self.speed().map_or(Self::Frozen(at), |speed| Self::running(machine, at, speed))
    }

    pub(super) fn run(self, machine: Timestamp, speed: ClockSpeed) -> Self {
        if self.speed() == Some(speed) { self } else { Self::running(machine, self.now(machine), speed) }
    }

    pub(super) fn advance(self, seconds: i64) -> Self {
        match self {
            Self::Running(offset) => Self::Running(offset.saturating_add(seconds.saturating_mul(1_000))),
            Self::Frozen(at) => Self::Frozen(at.saturating_add_seconds(seconds)),
            Self::Fast { since, shown, speed } => {
                Self::Fast { since, shown: shown.saturating_add_seconds(seconds), speed }
            }
        }
    }

    /// Returns a fast setting that starts again from its start time.
    pub(super) fn restarted(self, machine: Timestamp) -> Self {
        match self {
            Self::Fast { shown, speed, .. } => Self::Fast { since: machine, shown, speed },
            Self::Running(_) | Self::Frozen(_) => self,
        }
    }

    /// Milliseconds of system time until the clock shows `at`; `None` if it never does.
    pub(super) fn until(self, machine: Timestamp, at: Timestamp) -> Option<u64> {
        let millis = u64::try_from(at.millis_since(self.now(machine))).unwrap_or(0);
        Some(millis.div_ceil(self.speed()?.seconds().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The start time of the tests plus `millis`.
    fn at(millis: i64) -> Timestamp {
        Timestamp::parse("2024-02-29T12:00:00Z").unwrap().saturating_add_millis(millis)
    }

    fn speed(seconds: u32) -> ClockSpeed {
        ClockSpeed::new(seconds).unwrap()
    }

    #[test]
    fn clock_speeds_range_from_1_to_86400() {
        for (seconds, good) in [(0, false), (1, true), (86_400, true), (86_401, false), (u32::MAX, false)] {
            assert_eq!(ClockSpeed::new(seconds).is_ok(), good, "{seconds}");
            let read: Result<ClockSpeed, _> = serde_json::from_str(&seconds.to_string());
            assert_eq!(read.is_ok(), good, "{seconds}");
        }
        assert!(serde_json::from_str::<ClockSpeed>("1.5").is_err());
    }

    #[test]
    fn a_new_speed_continues_from_the_time_reached() {
        let still = Setting::Frozen(at(0));
        for seconds in [1, 2, 60, 86_400] {
            let fast = still.run(at(5_000), speed(seconds));
            assert_eq!(fast.speed(), Some(speed(seconds)));
            for (passed, shown) in [(0, 0), (1, 1), (1_000, 1_000), (90_000, 90_000), (-1, -1)] {
                assert_eq!(
                    fast.now(at(5_000 + passed)),
                    at(shown * i64::from(seconds)),
                    "{seconds} {passed}"
                );
            }
            // Another speed continues from the time reached, and the same speed changes nothing.
            let slower = fast.run(at(6_000), speed(2));
            assert_eq!(slower.now(at(7_000)), at(i64::from(seconds) * 1_000 + 2_000), "{seconds}");
            assert_eq!(fast.run(at(6_000), speed(seconds)), fast);
        }
        let endless = Setting::Fast { since: at(0), shown: at(0), speed: ClockSpeed::MAX };
        assert!(endless.now(at(i64::MAX / 4)) > at(i64::MAX / 1_000_000));
    }

    #[test]
    fn setting_the_time_keeps_the_speed() {
        for setting in [
            Setting::Running(7),
            Setting::Frozen(at(3)),
            Setting::Fast { since: at(0), shown: at(9), speed: speed(60) },
        ] {
            let set = setting.set(at(500), at(1_000_000));
            assert_eq!((set.now(at(500)), set.speed()), (at(1_000_000), setting.speed()), "{setting:?}");
            let before = setting.now(at(500));
            let moved = setting.advance(-30);
            assert_eq!(
                (moved.now(at(500)), moved.speed()),
                (before.saturating_add_seconds(-30), setting.speed())
            );
        }
    }

    #[test]
    fn waiting_time_depends_on_the_speed() {
        let fast = |seconds| Setting::running(at(0), at(0), speed(seconds));
        for (setting, moment, millis) in [
            (fast(1), 1_500, Some(1_500)),
            (fast(60), 60_000, Some(1_000)),
            (fast(60), 60_001, Some(1_001)),
            (fast(86_400), 1, Some(1)),
            (fast(60), 0, Some(0)),
            (fast(60), -1, Some(0)),
            (Setting::Frozen(at(0)), 1, None),
        ] {
            assert_eq!(setting.until(at(0), at(moment)), millis, "{setting:?} {moment}");
            if let Some(millis) = millis.and_then(|millis| i64::try_from(millis).ok()) {
                assert!(setting.now(at(millis)) >= at(moment), "{setting:?} {moment}");
            }
        }
    }

    #[test]
    fn a_setting_survives_serialization() {
        for (setting, text) in [
            (Setting::Running(-5), r#"{"running":-5}"#),
            (Setting::Frozen(at(0)), r#"{"frozen":"2024-02-29T12:00:00Z"}"#),
            (
                Setting::Fast { since: at(0), shown: at(1_000), speed: speed(60) },
                r#"{"fast":{"since":"2024-02-29T12:00:00Z","shown":"2024-02-29T12:00:01Z","speed":60}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&setting).unwrap(), text);
            assert_eq!(serde_json::from_str::<Setting>(text).unwrap(), setting);
        }
    }

    #[test]
    fn a_fast_clock_restarts_at_its_start_time() {
        let speed = ClockSpeed::new(60).unwrap();
        let fast = Setting::running(at(0), at(5), speed);
        assert_eq!(fast.now(at(1_000)), at(60_005));
        assert_eq!(fast.restarted(at(1_000)).now(at(1_000)), at(5));
        assert_eq!(fast.restarted(at(1_000)).now(at(1_001)), at(65));
        for other in [Setting::Running(5), Setting::Frozen(at(5))] {
            assert_eq!(other.restarted(at(1_000)), other);
        }
    }
}
