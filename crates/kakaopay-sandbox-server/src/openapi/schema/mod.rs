//! Schemas of requests and responses, by name.

mod account;
mod all;
pub(super) mod builder;
mod charge;
mod control;
mod event;
mod list;
mod page;
mod refund;
mod requests;
mod source;
mod v2017;

pub(super) use all::{all, in_version};
pub(super) use list::{ORDERS, TRUTHS, scopes};
