//! A response that a fault rule kept back.

/// Nothing was answered, or not all of it, because a [`FaultRule`](crate::Rule) says so. A server closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionDropped {
    /// Nothing was done.
    #[error("the request was lost")]
    BeforeRequest,
    /// Everything was done.
    #[error("the answer was lost")]
    BeforeResponse,
    /// Everything was done, and the answer's body ends in the middle.
    #[error("the rest of the answer was lost")]
    MidResponse,
}
