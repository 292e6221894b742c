//! The inbox of webhooks: stored on arrival, processed by the worker.

mod process;
mod sink;

pub(crate) use process::Webhooks;
pub use sink::Inbox;
