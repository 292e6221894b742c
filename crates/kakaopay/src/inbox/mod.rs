//! The inbox of webhooks: stored on arrival, processed by the worker.

mod error;
mod guard;
mod process;
mod sink;

pub use error::InboxError;
pub(crate) use guard::{Guard, Refusal};
pub(crate) use process::Webhooks;
pub use sink::Inbox;
