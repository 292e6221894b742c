//! Limits of a server.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Limits of a server, so that slow or many clients cannot block others. The defaults suit all well-behaved clients.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    pub(super) max_connections: NonZeroUsize,
    pub(super) header_read_timeout: Duration,
    pub(super) body_read_timeout: Duration,
    pub(super) shutdown_timeout: Duration,
}

impl ServerLimits {
    /// Maximum number of open connections. Default: 256.
    ///
    /// Further connections wait in the operating system's queue until one closes, so a test that opens many is only
    /// slower. An idle connection closes after [`ServerLimits::header_read_timeout`].
    #[must_use]
    pub fn max_connections(self, max_connections: NonZeroUsize) -> Self {
        Self { max_connections, ..self }
    }

    /// Timeout for the head of each request on a connection. Default: 5 seconds.
    #[must_use]
    pub fn header_read_timeout(self, timeout: Duration) -> Self {
        Self { header_read_timeout: timeout, ..self }
    }

    /// Timeout for the whole body of a request. Default: 15 seconds.
    #[must_use]
    pub fn body_read_timeout(self, timeout: Duration) -> Self {
        Self { body_read_timeout: timeout, ..self }
    }

    /// Timeout for requests in flight at shutdown. Default: 5 seconds. Connections without a request close at once.
    #[must_use]
    pub fn shutdown_timeout(self, timeout: Duration) -> Self {
        Self { shutdown_timeout: timeout, ..self }
    }
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: MAX_CONNECTIONS,
            header_read_timeout: Duration::from_secs(5),
            body_read_timeout: Duration::from_secs(15),
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

const MAX_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
