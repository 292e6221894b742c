//! How webhooks leave the sandbox.

use bytes::Bytes;
use http::{Request, StatusCode};

/// Posts webhooks. The library has no sockets: `kakaopay-sandbox-server` posts over TCP, and a test may hand
/// requests straight to a receiver.
pub trait Poster: Send + Sync {
    /// Posts a signed webhook, and returns the status of the response.
    ///
    /// The sandbox drops the future after 10 seconds. A redirect is a response like any other, and must not be
    /// followed.
    ///
    /// # Errors
    /// [`PostError`] if no response was received.
    fn post(&self, webhook: Request<Bytes>) -> impl Future<Output = Result<StatusCode, PostError>> + Send;
}

/// No response to a webhook was received. The text is shown among the event's deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The connection failed, or ended without a response.
    #[error("the endpoint could not be reached")]
    Unreachable,
    /// The host resolves to an address that webhooks are never posted to.
    #[error(
        "resolves to a link-local, multicast or metadata address; webhooks to such addresses are blocked"
    )]
    ForbiddenAddress,
    /// No response within 10 seconds.
    #[error("the endpoint did not answer in time")]
    Timeout,
    /// The address is no target of a request.
    #[error("the endpoint's address cannot be used")]
    InvalidAddress,
}
