//! The page a buyer is sent to.

mod authorize;
mod guard;
mod headers;
mod language;
mod qr;
mod routes;
mod words;

pub(crate) use routes::{FOR_ANYONE, respond};
