//! The versions of the API whose answers can be read.

use std::fmt;

use http::HeaderValue;

/// A version of the API whose answers can be read.
///
/// Sent as `Omise-Version`, which overrides the account's default for one request. It has no effect
/// on webhooks: those are written in the version the account has chosen in the dashboard (Omise's
/// documentation, "API versioning" and "Webhooks").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiVersion {
    /// The oldest that KakaoPay works with, as its guide says.
    V2017_11_02,
    /// The current one.
    #[default]
    V2019_05_29,
}

impl ApiVersion {
    /// The version as the header has it, such as `2019-05-29`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2017_11_02 => "2017-11-02",
            Self::V2019_05_29 => "2019-05-29",
        }
    }

    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.as_str())
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
