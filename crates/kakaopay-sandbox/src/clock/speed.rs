//! How fast a clock runs.

use serde::{Deserialize, Serialize};

/// How many seconds a clock shows in one: a whole number from 1 to 86 400, a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ClockSpeed(u32);

impl ClockSpeed {
    /// As fast as the machine's.
    pub const ONE: Self = Self(1);
    /// A day in a second: a charge that nobody pays expires in seven.
    pub const MAX: Self = Self(86_400);

    /// So many seconds in one.
    ///
    /// # Errors
    /// [`InvalidClockSpeed`] when it is not from 1 to 86 400.
    pub fn new(seconds: u32) -> Result<Self, InvalidClockSpeed> {
        let rate = Self(seconds);
        if (Self::ONE..=Self::MAX).contains(&rate) { Ok(rate) } else { Err(InvalidClockSpeed) }
    }

    /// How many seconds in one.
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
    fn from(rate: ClockSpeed) -> Self {
        rate.0
    }
}

/// No clock runs as fast or as slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no rate: a whole number of seconds from 1 to 86400")]
pub struct InvalidClockSpeed;
