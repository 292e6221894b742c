//! The dashboard at `/`, which resembles the service's for testers.
//!
//! It contains keys and request bodies, so it is served to this machine only.

mod exchange;
mod live;
mod log;
mod plain;
mod redact;
mod router;
mod stream;
mod words;

pub(crate) use log::{Dashboard, PendingExchange};
pub(crate) use router::respond;
pub(crate) use stream::stream;
