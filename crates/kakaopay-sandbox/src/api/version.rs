//! The API version of a call.

use http::HeaderMap;

use super::refusal::Refusal;
use crate::version::{ApiVersion, NoVersion, named};

/// Header with the requested version of a call, and the version of a response.
pub(super) const HEADER: &str = "omise-version";

/// Returns the version of a call: the requested one, or the account's.
///
/// A version that is too old for sources is rejected for every call as recorded for sources. The service does not
/// document its response to an unknown version; the sandbox rejects it, so that a typo is noticed in tests.
pub(crate) fn version(headers: &HeaderMap, own: ApiVersion) -> Result<ApiVersion, Refusal> {
    let Some(requested) = headers.get(HEADER).filter(|value| !value.is_empty()) else { return Ok(own) };
    named(requested.to_str().unwrap_or_default()).map_err(|none| match none {
        NoVersion::TooOld => Refusal::no_service(),
        NoVersion::Unknown => Refusal::bad_request("the api version is not known"),
    })
}
