//! In which version of the API a call is answered.

use super::refusal::Refusal;
use super::request::Call;
use crate::version::{ApiVersion, NoVersion};

/// The header in which a call asks for a version, and an answer names its own.
pub(super) const HEADER: &str = "omise-version";

/// In which version a call is answered: the one it asks for, or else the account's own.
///
/// What the service says to a version that is not one is not documented. It is refused here, so that a
/// misspelt version is seen in a test and not in the shop.
pub(super) fn version(call: &Call, own: ApiVersion) -> Result<ApiVersion, Refusal> {
    let Some(asked) = call.headers.get(HEADER).filter(|value| !value.is_empty()) else { return Ok(own) };
    ApiVersion::named(asked.to_str().unwrap_or_default()).map_err(|none| {
        Refusal::bad_request(match none {
            NoVersion::TooOld => "you are using api version which does not support this operation",
            NoVersion::Unknown => "the api version is not known",
        })
    })
}
