//! The speed of a clock.

use serde::{Deserialize, Serialize};

/// The speed of a clock: sandbox seconds per real second, a whole number from 1 to 86 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ClockSpeed(u32);

impl ClockSpeed {
    /// The speed of the system clock.
    pub const ONE: Self = Self(1);
    /// One day per second: an unpaid charge expires after seven seconds.
    pub const MAX: Self = Self(86_400);

    /// Creates a speed of `seconds` per second.
    ///
    /// # Errors
    /// [`InvalidClockSpeed`] if `seconds` is not from 1 to 86 400.
    pub fn new(seconds: u32) -> Result<Self, InvalidClockSpeed> {
        let speed = Self(seconds);
        if (Self::ONE..=Self::MAX).contains(&speed) { Ok(speed) } else { Err(InvalidClockSpeed) }
    }

    /// Sandbox seconds per real second.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for ClockSpeed {
    type Error = InvalidClockSpeed;

    fn try_from(seconds: u32) -> Result<Self, InvalidClockSpeed> {
        Self::new(seconds)
    }
}

impl From<ClockSpeed> for u32 {
    fn from(speed: ClockSpeed) -> Self {
        speed.0
    }
}

/// The number is not a clock speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid clock speed: expected a whole number from 1 to 86400")]
#[non_exhaustive]
pub struct InvalidClockSpeed;
