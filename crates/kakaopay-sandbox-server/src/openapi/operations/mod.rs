//! What each call is for, by its name in the tables.

mod account;
mod all;
mod control;
mod entry;
mod page;
mod payments;

#[cfg(test)]
pub(super) use all::all;
pub(super) use all::of;
pub(super) use entry::{Body, Good, Lead, Told};
