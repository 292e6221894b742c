//! The failure of a handler call.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// The reason why a handler call did not accept its notification.
#[derive(Debug)]
pub(crate) enum HandlerFailure {
    /// It returned an error.
    Error(Box<dyn Error + Send + Sync>),
    /// It panicked.
    Panic,
    /// It did not return in time.
    Timeout(Duration),
    /// The runtime is shutting down.
    Interrupted,
}

impl fmt::Display for HandlerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => fmt::Display::fmt(error, f),
            Self::Panic => f.write_str("the handler panicked"),
            Self::Timeout(timeout) => write!(f, "the handler did not return within {timeout:?}"),
            Self::Interrupted => f.write_str("the runtime is shutting down"),
        }
    }
}
