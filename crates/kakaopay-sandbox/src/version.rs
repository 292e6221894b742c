//! The versions of the API that know KakaoPay.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of the API that knows KakaoPay: in which shapes objects are written.
///
/// An account has one, in which its events are written whatever a request asks for; a request may
/// ask for another with `Omise-Version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ApiVersion {
    /// `2017-11-02`, the oldest that knows KakaoPay.
    #[serde(rename = "2017-11-02")]
    V2017_11_02,
    /// `2019-05-29`, the current one.
    #[default]
    #[serde(rename = "2019-05-29")]
    V2019_05_29,
}

impl ApiVersion {
    /// Each of them, the oldest first.
    pub const ALL: [Self; 2] = [Self::V2017_11_02, Self::V2019_05_29];
    /// Versions there were before any of these.
    const TOO_OLD: [&'static str; 2] = ["2014-07-27", "2015-11-17"];

    /// The version as it stands in `Omise-Version`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2017_11_02 => "2017-11-02",
            Self::V2019_05_29 => "2019-05-29",
        }
    }

    /// The version of a name.
    pub(crate) fn named(name: &str) -> Result<Self, NoVersion> {
        let found = Self::ALL.into_iter().find(|version| version.as_str() == name);
        found.ok_or(if Self::TOO_OLD.contains(&name) { NoVersion::TooOld } else { NoVersion::Unknown })
    }
}

impl FromStr for ApiVersion {
    type Err = InvalidApiVersion;

    fn from_str(text: &str) -> Result<Self, InvalidApiVersion> {
        Self::named(text).map_err(|_| InvalidApiVersion)
    }
}

/// The text is no version that knows KakaoPay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no version that knows KakaoPay: 2017-11-02 and 2019-05-29 do")]
pub struct InvalidApiVersion;

/// Why nothing can be written in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoVersion {
    /// It does not know sources.
    TooOld,
    /// There is no such version.
    Unknown,
}
