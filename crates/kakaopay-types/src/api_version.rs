//! The versions of the API that this library reads.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// A version of the API whose responses this library reads, oldest first.
///
/// A request names one in `Omise-Version`, which overrides the account's default. The header has no
/// effect on webhooks: those are written in the version that the account has in the dashboard
/// (Omise's documentation, "API versioning" and "Webhooks").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ApiVersion {
    /// The oldest that KakaoPay works with, as its guide says.
    V2017_11_02,
    /// The current one.
    #[default]
    V2019_05_29,
}

impl ApiVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 2] = [Self::V2017_11_02, Self::V2019_05_29];

    /// Reads a version such as `2019-05-29`.
    ///
    /// # Errors
    /// [`InvalidApiVersion`] when this library does not read that version.
    pub fn parse(text: &str) -> Result<Self, InvalidApiVersion> {
        Self::ALL.into_iter().find(|version| version.as_str() == text).ok_or(InvalidApiVersion)
    }

    /// The version as the header has it, such as `2019-05-29`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2017_11_02 => "2017-11-02",
            Self::V2019_05_29 => "2019-05-29",
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ApiVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

parsed! {
    ApiVersion: InvalidApiVersion, "2017-11-02 or 2019-05-29";
}

/// The text is no version of the API that this library reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidApiVersion;

impl fmt::Display for InvalidApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an API version is 2017-11-02 or 2019-05-29")
    }
}

impl std::error::Error for InvalidApiVersion {}
