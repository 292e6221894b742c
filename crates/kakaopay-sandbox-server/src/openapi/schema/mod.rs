//! What calls take and answer, by name.

mod account;
mod all;
mod charge;
mod control;
mod event;
mod list;
mod page;
mod refund;
mod source;
mod taken;
mod v2017;

pub(super) use all::{all, in_version};
pub(super) use list::{ORDERS, TRUTHS, scopes};
