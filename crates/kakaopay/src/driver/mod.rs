//! The driver of one payment: apply an input, persist, then send.

mod engine;
mod identity;
mod ownership;
mod pending_request;
mod reads;
mod rehydrate;
mod requests;
mod returns;

pub(crate) use engine::{Applied, Engine, Wakers};
pub(crate) use identity::Identity;
pub(crate) use reads::{Joins, Reads};
pub(crate) use rehydrate::pairs;
pub(crate) use requests::Clients;
pub(crate) use returns::Returns;
