//! Every entry.

use super::description::Description;
use super::{account, control, page, payments};

/// What a call is for.
pub(in crate::openapi) fn of(name: &str) -> Option<&'static Description> {
    all().find(|described| described.name == name)
}

/// Every entry.
pub(in crate::openapi) fn all() -> impl Iterator<Item = &'static Description> {
    [account::DESCRIPTIONS, control::DESCRIPTIONS, page::DESCRIPTIONS, payments::DESCRIPTIONS]
        .into_iter()
        .flatten()
}
