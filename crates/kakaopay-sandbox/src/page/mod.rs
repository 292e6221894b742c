//! The page a buyer is sent to.

mod authorize;
mod guard;
mod headers;
mod language;
mod qr;
mod words;

pub(crate) use authorize::respond;
