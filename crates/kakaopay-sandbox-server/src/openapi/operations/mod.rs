//! Descriptions of all calls, by their names in the route tables.

mod account;
mod all;
mod control;
mod description;
mod page;
mod payments;

#[cfg(test)]
pub(super) use all::all;
pub(super) use all::of;
pub(super) use description::{Body, Description, Good, Lead};
