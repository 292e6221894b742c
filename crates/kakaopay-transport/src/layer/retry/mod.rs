//! Retries reads, within a policy and a budget.

mod after;
mod budget;
mod future;
mod policy;
mod service;

pub(super) use after::retry_after;
pub use future::RetryFuture;
pub use policy::{RetryDecision, RetryPolicy};
pub use service::{Retry, RetryLayer};
