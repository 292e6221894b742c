//! Every entry.

use super::entry::Told;
use super::{account, control, page, payments};

/// What a call is for.
pub(in crate::openapi) fn of(name: &str) -> Option<&'static Told> {
    all().find(|told| told.name == name)
}

/// Every entry.
pub(in crate::openapi) fn all() -> impl Iterator<Item = &'static Told> {
    [account::TOLD, control::TOLD, page::TOLD, payments::TOLD].into_iter().flatten()
}
