//! The sandbox as a server.

mod accept;
mod bounds;
mod hurried;
mod running;

pub use bounds::Bounds;
pub use running::Running;
