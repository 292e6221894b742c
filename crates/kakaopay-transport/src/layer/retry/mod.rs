//! Sends what only reads again, when that may help and costs little.

mod after;
mod budget;
mod future;
mod policy;
mod service;

pub use future::RetryFuture;
pub use policy::{RetryDecision, RetryPolicy};
pub use service::{Retry, RetryLayer};
