//! The page a buyer is sent to.

mod authorize;
mod headers;

pub(crate) use authorize::respond;
