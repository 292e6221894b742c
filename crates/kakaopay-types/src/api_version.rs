//! The supported API versions.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::parsed::parsed;

/// An API version whose responses this library supports, oldest first.
///
/// A request selects one by `Omise-Version`, which overrides the account's default. The header does
/// not affect webhooks: their version is set for the account in the dashboard (Omise's documentation,
/// "API versioning" and "Webhooks").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ApiVersion {
    /// The oldest version that supports KakaoPay, according to its guide.
    V2017_11_02,
    /// The current version.
    #[default]
    V2019_05_29,
}

impl ApiVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 2] = [Self::V2017_11_02, Self::V2019_05_29];

    /// Parses a version such as `2019-05-29`.
    ///
    /// # Errors
    /// [`InvalidApiVersion`] if this library does not support the version.
    pub fn parse(text: &str) -> Result<Self, InvalidApiVersion> {
        Self::ALL.into_iter().find(|version| version.as_str() == text).ok_or(InvalidApiVersion)
    }

    /// Returns the header's value, such as `2019-05-29`.
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

/// The text is not a supported API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidApiVersion;

impl fmt::Display for InvalidApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an API version is 2017-11-02 or 2019-05-29")
    }
}

impl std::error::Error for InvalidApiVersion {}
