//! Test or live: which of the two worlds a key or an object belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The world a key or an object belongs to. The key alone decides it; the host is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No money moves. Keys and ids carry `_test_`.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// The mode an object's `livemode` member tells.
    #[must_use]
    pub fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Test }
    }

    /// Whether this is [`Mode::Live`].
    #[must_use]
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Test => "test",
            Self::Live => "live",
        })
    }
}
