//! Limits of a server.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Limits of a server, so that slow or many clients cannot block others. The defaults suit all well-behaved clients.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    pub(super) connections: NonZeroUsize,
    pub(super) head: Duration,
    pub(super) body: Duration,
    pub(super) farewell: Duration,
}

impl ServerLimits {
    /// Maximum number of open connections. Default: 256.
    ///
    /// Further connections wait in the operating system's queue until one closes, so a test that opens many is only
    /// slower. An idle connection closes after [`ServerLimits::head`].
    #[must_use]
    pub fn connections(self, connections: NonZeroUsize) -> Self {
        Self { connections, ..self }
    }

    /// Timeout for the head of each request on a connection. Default: 5 seconds.
    #[must_use]
    pub fn head(self, head: Duration) -> Self {
        Self { head, ..self }
    }

    /// Timeout for the whole body of a request. Default: 15 seconds.
    #[must_use]
    pub fn body(self, body: Duration) -> Self {
        Self { body, ..self }
    }

    /// Timeout for requests in flight at shutdown. Default: 5 seconds. Connections without a request close at once.
    #[must_use]
    pub fn farewell(self, farewell: Duration) -> Self {
        Self { farewell, ..self }
    }
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            head: Duration::from_secs(5),
            body: Duration::from_secs(15),
            farewell: Duration::from_secs(5),
        }
    }
}

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
