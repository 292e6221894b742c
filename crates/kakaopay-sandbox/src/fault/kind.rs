//! What can go wrong with a call.

use std::time::Duration;

/// What can go wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection ends before anything is done.
    DropRequest,
    /// Everything is done, and the connection ends without an answer.
    DropResponse,
    /// The call is carried out this much later, by tokio's clock: the sandbox's own stands still meanwhile if it
    /// is frozen, and the caller's time limit runs.
    Delay(Duration),
    /// 429, and nothing is done.
    TooManyRequests {
        /// What `Retry-After` says, good or not; `None` for no such header.
        retry_after: Option<String>,
    },
    /// A status from 500 to 599 with an error object, and nothing is done.
    Status(u16),
    /// 502 with a page of HTML, as a proxy in between would answer, and nothing is done.
    Html,
    /// Everything is done, and the answer has no body.
    Empty,
    /// Everything is done, and only the first half of the answer's text is there.
    Truncated,
    /// Everything is done, and the answer's body comes in eight pieces with this much of tokio's time between them.
    SlowBody(Duration),
    /// Everything is done, and the answer's body ends in the middle, with the connection, where its head tells of
    /// all of it.
    ResetMidBody,
    /// Everything is done, and each object of the answer has a member that nobody knows.
    UnknownField,
    /// Everything is done, and each charge in the answer has a status that nobody knows.
    UnknownStatus,
    /// A list shows its first page wherever it is to begin, and tells a `total` that is never reached.
    ListCycle,
}
