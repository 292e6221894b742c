//! How long a migration waits for locks.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a migration waits for locks: shortly, again and again. Statements of other processes queue behind a waiting
/// one, and go on in the pauses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockWait {
    /// Of one attempt.
    pub(crate) attempt: Duration,
    /// Between two attempts.
    pub(crate) pause: Duration,
    /// Of all attempts together.
    pub(crate) total: Duration,
}

impl LockWait {
    /// As for a shop whose transactions take milliseconds.
    pub(crate) const fn new() -> Self {
        let (attempt, pause) = (Duration::from_secs(2), Duration::from_secs(1));
        Self { attempt, pause, total: Duration::from_secs(60) }
    }

    /// Pauses before another attempt of a migration that began at an instant. `false` if it has waited long enough.
    pub(super) async fn pause(self, begun: Instant) -> bool {
        if begun.elapsed() + self.pause >= self.total {
            return false;
        }
        sleep(self.pause).await;
        true
    }
}
