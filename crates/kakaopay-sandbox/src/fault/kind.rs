//! Faults that a call can have.

use std::time::Duration;

/// A fault of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Closes the connection before the call is executed.
    DropRequest,
    /// Executes the call and closes the connection without a response.
    DropResponse,
    /// Executes the call after this delay of tokio's clock. The sandbox's clock is independent of it, and the client's
    /// timeout keeps running.
    Delay(Duration),
    /// Responds with 429, and does not execute the call.
    TooManyRequests {
        /// Value of `Retry-After`, valid or not; `None` omits the header.
        retry_after: Option<String>,
    },
    /// Responds with an error object and a status from 500 to 599, and does not execute the call.
    Status(u16),
    /// Responds with 400 and an error object of this code, and does not execute the call: the service refuses it. For
    /// instance `failed_expire` for `charges.expire`, which may be unsupported for KakaoPay.
    Refuse(String),
    /// Responds with 502 and an HTML page, as a proxy would, and does not execute the call.
    Html,
    /// Executes the call, and responds with an empty body.
    Empty,
    /// Executes the call, and sends only the first half of the response body, with a matching length.
    Truncated,
    /// Executes the call, and sends the response body in eight chunks with this pause of tokio's clock between them.
    SlowBody(Duration),
    /// Executes the call, and resets the connection in the middle of the response body, although `Content-Length`
    /// announces all of it.
    ResetMidBody,
    /// Executes the call, and adds an unknown member to each object of the response.
    UnknownField,
    /// Executes the call, and adds an unknown member of this many bytes to each element of a list. At most 4 MiB.
    Large(usize),
    /// Executes the call, and gives each charge in the response an unknown status.
    UnknownStatus,
    /// Executes the call, and leaves out the `Date` of the response.
    NoDate,
    /// Returns the first page of a list for every offset, with a `total` that is never reached.
    ListCycle,
}
