//! A response that a fault rule kept back.

/// Nothing was answered, or not all of it, because a [`Rule`](crate::Rule) says so. A server closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// Nothing was done.
    #[error("the request was lost")]
    Request,
    /// Everything was done.
    #[error("the answer was lost")]
    Answer,
    /// Everything was done, and the answer's body ends in the middle.
    #[error("the rest of the answer was lost")]
    Rest,
}
