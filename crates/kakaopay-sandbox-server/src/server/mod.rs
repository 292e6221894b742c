//! The TCP server.

mod accept;
mod body_timeout;
mod limits;
mod running;

pub use limits::ServerLimits;
pub use running::{SandboxServer, serve, serve_with};
