//! The sandbox as a server.

mod accept;
mod bounds;
mod hurried;
mod peer;
mod running;

pub use bounds::Bounds;
pub(crate) use peer::Peer;
pub use running::Running;
