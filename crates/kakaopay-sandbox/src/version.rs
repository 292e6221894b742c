//! API versions by name, and why a name is rejected.

pub(crate) use kakaopay_types::ApiVersion;

/// Versions older than those that know sources.
const TOO_OLD: [&str; 2] = ["2014-07-27", "2015-11-17"];

/// Why the sandbox cannot respond in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoVersion {
    /// It does not know sources.
    TooOld,
    /// There is no such version.
    Unknown,
}

/// Reads a version's name, such as `2019-05-29`.
pub(crate) fn named(name: &str) -> Result<ApiVersion, NoVersion> {
    let reason = if TOO_OLD.contains(&name) { NoVersion::TooOld } else { NoVersion::Unknown };
    ApiVersion::parse(name).map_err(|_| reason)
}
