//! `/capability`.

use super::refusal::Refusal;
use crate::object::CapabilityObject;
use crate::version::ApiVersion;

/// `GET /capability`. Version 2017-11-02 does not have it; with which code it says so is a choice among
/// those that are documented.
pub(crate) fn retrieve(version: ApiVersion) -> Result<CapabilityObject, Refusal> {
    match version {
        ApiVersion::V2017_11_02 => Err(Refusal::no_serializer()),
        _ => Ok(CapabilityObject::kakaopay()),
    }
}
