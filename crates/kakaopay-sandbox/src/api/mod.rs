//! The API: from a request to an answer, without IO.

mod answer;
mod auth;
mod charges;
mod events;
mod fields;
mod page;
mod refunds;
mod refusal;
mod request;
mod routes;
mod sources;

pub(crate) use answer::Answer;
pub(crate) use request::Call;
pub(crate) use routes::route;
