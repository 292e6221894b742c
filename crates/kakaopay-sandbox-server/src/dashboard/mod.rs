//! The overview at `/`: what a tester would look for in the service's dashboard.
//!
//! It shows keys, and what was sent with them, and so it is shown to this machine alone.

mod exchange;
mod live;
mod log;
mod redact;
mod router;
mod stream;

pub(crate) use log::{Dashboard, Seen};
pub(crate) use router::respond;
pub(crate) use stream::stream;
