//! Which call a request is: known to every layer, written nowhere on the wire.

/// Which call a request is. [`Client`](crate::Client) puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The call, such as `charges.create`.
    pub name: &'static str,
    /// Whether sending it twice is the same as sending it once. The API has no idempotency key, so
    /// that no layer may send any other again.
    pub repeatable: bool,
}
