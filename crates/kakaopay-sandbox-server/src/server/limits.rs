//! What a server gives its clients at most.

use std::num::NonZeroUsize;
use std::time::Duration;

/// What a server gives its clients at most, so that one that is slow, or many at once, cannot stop it for the
/// others. Each has a default that no honest client meets.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    pub(super) connections: NonZeroUsize,
    pub(super) head: Duration,
    pub(super) body: Duration,
    pub(super) farewell: Duration,
}

impl ServerLimits {
    /// How many connections are open at once; 256 by default.
    ///
    /// Further ones wait with the operating system until one of these has closed: a test that opens many is
    /// slower then, and not wrong. A connection that is idle closes by itself, as its next head does not come.
    #[must_use]
    pub fn connections(self, connections: NonZeroUsize) -> Self {
        Self { connections, ..self }
    }

    /// How long a connection waits for the whole head of its next request; 5 seconds by default.
    #[must_use]
    pub fn head(self, head: Duration) -> Self {
        Self { head, ..self }
    }

    /// How long the whole body of a request may take to come; 15 seconds by default.
    #[must_use]
    pub fn body(self, body: Duration) -> Self {
        Self { body, ..self }
    }

    /// How long requests under way may take to end when the server is shut down; 5 seconds by default.
    /// Connections without one close at once.
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
