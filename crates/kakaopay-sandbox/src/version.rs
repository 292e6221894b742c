//! API versions that support KakaoPay.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An API version that supports KakaoPay. It determines the shape of objects.
///
/// Events have the version of the account, regardless of the request. Responses have the version of the request's
/// `Omise-Version` header, or that of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ApiVersion {
    /// `2017-11-02`, the oldest version with KakaoPay.
    #[serde(rename = "2017-11-02")]
    V2017_11_02,
    /// `2019-05-29`, the current version.
    #[default]
    #[serde(rename = "2019-05-29")]
    V2019_05_29,
}

impl ApiVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 2] = [Self::V2017_11_02, Self::V2019_05_29];
    /// Versions of the API without sources.
    const TOO_OLD: [&'static str; 2] = ["2014-07-27", "2015-11-17"];

    /// The version as text, as in `Omise-Version`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2017_11_02 => "2017-11-02",
            Self::V2019_05_29 => "2019-05-29",
        }
    }

    /// Parses a version.
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

/// The text is not an API version with KakaoPay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unsupported API version: expected 2017-11-02 or 2019-05-29")]
pub struct InvalidApiVersion;

/// The reason why a version is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoVersion {
    /// The version exists, but has no sources.
    TooOld,
    /// No such version exists.
    Unknown,
}
