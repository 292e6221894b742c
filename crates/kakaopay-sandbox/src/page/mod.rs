//! The page a buyer is sent to.

mod authorize;
mod guard;
mod headers;
mod qr;

pub(crate) use authorize::respond;
