//! In which version of the API a call is answered.

use http::HeaderMap;

use super::refusal::Refusal;
use crate::version::{ApiVersion, NoVersion, named};

/// The header in which a call asks for a version, and an answer names its own.
pub(super) const HEADER: &str = "omise-version";

/// In which version a call is answered: the one it asks for, or else the account's own.
///
/// One that is too old for sources is refused here as it was reported of sources, whatever the call. What the
/// service says to a version that is not one is not documented: it is refused too, so that a misspelt version is
/// seen in a test and not in the shop.
pub(crate) fn version(headers: &HeaderMap, own: ApiVersion) -> Result<ApiVersion, Refusal> {
    let Some(asked) = headers.get(HEADER).filter(|value| !value.is_empty()) else { return Ok(own) };
    named(asked.to_str().unwrap_or_default()).map_err(|none| match none {
        NoVersion::TooOld => Refusal::no_service(),
        NoVersion::Unknown => Refusal::bad_request("the api version is not known"),
    })
}
