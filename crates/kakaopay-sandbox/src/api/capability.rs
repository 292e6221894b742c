//! `/capability`.

use super::refusal::Refusal;
use crate::object::CapabilityObject;
use crate::version::ApiVersion;

/// `GET /capability`. Version 2017-11-02 does not have it. Its error code there is a choice among the documented
/// ones.
pub(crate) fn retrieve(version: ApiVersion) -> Result<CapabilityObject, Refusal> {
    match version {
        ApiVersion::V2017_11_02 => Err(Refusal::no_serializer()),
        _ => Ok(CapabilityObject::kakaopay()),
    }
}
