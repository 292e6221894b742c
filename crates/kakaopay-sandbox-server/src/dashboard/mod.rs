//! The dashboard at `/`, which resembles the service's for testers.
//!
//! It contains keys and request bodies, so it is served to this machine only.

mod exchange;
mod live;
mod log;
mod redact;
mod router;
mod stream;

pub(crate) use log::{Dashboard, PendingExchange};
pub(crate) use router::respond;
pub(crate) use stream::stream;
