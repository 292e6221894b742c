//! The pages that a buyer is sent to.

mod guard;
mod headers;
mod language;
mod moment;
mod payment;
mod qr;
mod step;
mod view;
mod words;

pub(crate) use headers::{page, response};
pub(crate) use moment::Moment;
pub(crate) use payment::respond;
pub(crate) use view::plain;
