//! Dropped connections.

/// A [`FaultRule`](crate::FaultRule) dropped the request or its response. A server must close the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionDropped {
    /// The request was dropped and not executed.
    #[error("the connection was dropped before the request was executed")]
    BeforeRequest,
    /// The request was executed, and its response was dropped.
    #[error("the request was executed, and the connection was dropped before the response")]
    BeforeResponse,
    /// The request was executed, and the response body breaks off in the middle.
    #[error("the request was executed, and the connection was dropped within the response body")]
    MidResponse,
}
