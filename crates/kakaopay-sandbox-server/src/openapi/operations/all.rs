//! All descriptions.

use super::description::Description;
use super::{account, control, page, payments};

/// Returns the description of a call by its name.
pub(in crate::openapi) fn of(name: &str) -> Option<&'static Description> {
    all().find(|described| described.name == name)
}

/// Returns all descriptions.
pub(in crate::openapi) fn all() -> impl Iterator<Item = &'static Description> {
    [account::DESCRIPTIONS, control::DESCRIPTIONS, page::DESCRIPTIONS, payments::DESCRIPTIONS]
        .into_iter()
        .flatten()
}
