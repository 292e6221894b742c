//! The pages that a buyer is sent to.

mod guard;
mod headers;
mod language;
mod moment;
mod payment;
mod qr;
mod routes;
mod step;
mod view;
mod words;

pub(crate) use headers::{open_to_all, page, see_other};
pub(crate) use moment::Moment;
pub(crate) use routes::{FOR_ANYONE, respond};
pub(crate) use view::plain;
