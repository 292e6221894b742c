//! An HTTP server for the webhook endpoint.

mod listener;
mod serve;

pub use listener::Listener;
pub use serve::serve_webhooks;
