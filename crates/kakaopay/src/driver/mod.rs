//! The driver of one payment: apply an input, persist, then send.

mod engine;
mod pending_request;
mod rehydrate;
mod requests;

pub(crate) use engine::{Applied, Engine, Wakers};
pub(crate) use requests::Clients;
