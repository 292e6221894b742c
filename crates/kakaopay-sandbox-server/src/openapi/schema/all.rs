//! All schemas, with their versions.

use super::{account, charge, control, event, list, page, refund, requests, source, v2017};
use crate::openapi::schema::builder::Kind;
use kakaopay_types::ApiVersion;

/// Returns all schemas with their names.
pub(in crate::openapi) fn all() -> Vec<(&'static str, Kind)> {
    let parts = [
        account::schemas(),
        charge::schemas(),
        control::schemas(),
        event::schemas(),
        list::schemas(),
        page::schemas(),
        refund::schemas(),
        source::schemas(),
        requests::schemas(),
        v2017::schemas(),
    ];
    parts.into_iter().flatten().collect()
}

/// Returns the name of an object's schema in a version. Objects that are the same in both versions have one schema.
pub(in crate::openapi) fn in_version(name: &'static str, version: ApiVersion) -> &'static str {
    let older = (version == ApiVersion::V2017_11_02).then(|| v2017::name_of(name)).flatten();
    older.unwrap_or(name)
}
