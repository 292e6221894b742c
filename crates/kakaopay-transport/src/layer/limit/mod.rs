//! Bounds the calls in flight, and slows them after the service has limited the rate.

mod future;
mod pause;
mod places;
mod service;
mod window;

pub use future::LimitFuture;
pub use service::{Limit, LimitLayer};
