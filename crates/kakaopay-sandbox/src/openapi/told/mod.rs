//! What each call is for, by its name in the tables.

mod account;
mod control;
mod entry;
mod page;
mod payments;

pub(super) use entry::{Body, Good, Lead, Told};

/// What a call is for.
pub(super) fn of(name: &str) -> Option<&'static Told> {
    all().find(|told| told.name == name)
}

/// Every entry.
pub(super) fn all() -> impl Iterator<Item = &'static Told> {
    [account::TOLD, control::TOLD, page::TOLD, payments::TOLD].into_iter().flatten()
}
