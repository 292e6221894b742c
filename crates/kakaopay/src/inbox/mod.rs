//! The inbox of webhooks: stored on arrival, processed by the worker.

mod process;
mod sink;

pub use sink::Inbox;
