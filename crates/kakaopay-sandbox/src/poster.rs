//! The transport of webhooks.

use bytes::Bytes;
use http::{Request, StatusCode};

/// Posts webhooks. The library opens no sockets: `kakaopay-sandbox-server` posts over TCP, and a test can pass
/// requests directly to a webhook service.
pub trait Poster: Send + Sync {
    /// Posts a signed webhook and returns the HTTP status of the response.
    ///
    /// The sandbox drops the future after 10 seconds. Redirects must not be followed: their status is returned like
    /// any other.
    ///
    /// # Errors
    /// [`PostError`] if no response was received.
    fn post(&self, webhook: Request<Bytes>) -> impl Future<Output = Result<StatusCode, PostError>> + Send;
}

/// No response to a webhook was received. The text is listed in the event's deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The connection could not be opened, or closed without a response.
    #[error("cannot connect to the endpoint, or it closed the connection without a response")]
    Unreachable,
    /// The host resolves to a blocked address.
    #[error(
        "resolves to a link-local, multicast or metadata address; webhooks to such addresses are blocked"
    )]
    ForbiddenAddress,
    /// No response within 10 seconds.
    #[error("the endpoint did not respond within 10 seconds")]
    Timeout,
    /// The endpoint is not a valid request target.
    #[error("the endpoint is not a valid request target")]
    InvalidAddress,
}
