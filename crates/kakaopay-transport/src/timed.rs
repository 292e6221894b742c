//! A response with the service's time.

use kakaopay_types::Timestamp;

/// The object of a response, and when the service sent it: see [`Client::send_timed`](crate::Client::send_timed).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timed<T> {
    /// The object.
    pub object: T,
    /// The `Date` of the response: the service's clock, in whole seconds. `None` if the header is missing, is
    /// there more than once, or cannot be read.
    pub served_at: Option<Timestamp>,
}
