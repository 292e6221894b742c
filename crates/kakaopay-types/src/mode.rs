//! The mode of a key or an object: test or live.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// Mode of a key or an object. The key alone decides it; the host is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "test and live are all there is")]
pub enum Mode {
    /// No money moves. Keys and ids contain `_test_`.
    Test,
    /// Real money moves.
    Live,
}

impl Mode {
    /// Converts an object's `livemode` member.
    #[must_use]
    pub fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Test }
    }

    /// Parses `test` or `live`.
    ///
    /// # Errors
    /// [`InvalidMode`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidMode> {
        [Self::Test, Self::Live].into_iter().find(|mode| mode.as_str() == text).ok_or(InvalidMode)
    }

    /// Returns `test` or `live`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Whether this is [`Mode::Live`].
    #[must_use]
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

parsed! {
    Mode: InvalidMode, "`test` or `live`";
}

/// The text is neither `test` nor `live`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidMode;

impl fmt::Display for InvalidMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mode is `test` or `live`")
    }
}

impl std::error::Error for InvalidMode {}
