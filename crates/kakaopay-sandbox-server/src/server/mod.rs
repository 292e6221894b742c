//! Serving over TCP, within limits.

mod accept;
mod body_timeout;
mod limits;
mod running;

pub use limits::Bounds;
pub use running::{Running, serve, serve_within};
