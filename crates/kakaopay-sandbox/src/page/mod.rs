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

pub(crate) use payment::respond;
