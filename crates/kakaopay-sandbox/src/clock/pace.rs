//! Frozen, or running at a speed.

use super::{ClockSpeed, SandboxClock};

/// Whether a clock runs, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Frozen,
    Running(ClockSpeed),
}

impl SandboxClock {
    /// Freezes the clock, or runs it, from its current time.
    pub(crate) fn set_pace(&self, pace: Pace) {
        match pace {
            Pace::Frozen => self.freeze(),
            Pace::Running(speed) => self.set_speed(speed),
        }
    }
}
