//! The latest instant at which a request may leave.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// The latest instant at which the first byte of a request may leave: see [`Client::send_by`](crate::Client::send_by).
///
/// Two clocks measure the time since the decision to send, and the one that shows more counts. The monotonic clock may
/// stand still while a machine is suspended, and the wall clock may be set back.
#[derive(Clone)]
pub struct SendBy {
    limit: Duration,
    since: Instant,
    by_wall: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl SendBy {
    /// Allows a request to leave within `limit` after `since`. `by_wall` returns the time that has passed since then by
    /// the wall clock.
    #[must_use]
    pub fn new(
        limit: Duration,
        since: Instant,
        by_wall: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { limit, since, by_wall: Arc::new(by_wall) }
    }

    /// The latest instant by the monotonic clock, as far as can be said now; `None` if it is too far to be one.
    pub(crate) fn latest(&self) -> Option<Instant> {
        let passed = self.since.elapsed().max((self.by_wall)());
        Instant::now().checked_add(self.limit.saturating_sub(passed))
    }

    /// Whether it is too late to send the request.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.since.elapsed().max((self.by_wall)()) > self.limit
    }
}

impl fmt::Debug for SendBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendBy").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// F59: a limit that is longer than the clock goes does not make a request wait for nothing.
    #[tokio::test(start_paused = true)]
    async fn f59_a_huge_limit_has_no_latest_instant() {
        let latest = |limit| SendBy::new(limit, Instant::now(), || Duration::from_secs(1)).latest();
        assert_eq!(latest(Duration::from_secs(15)), Some(Instant::now() + Duration::from_secs(14)));
        assert_eq!(latest(Duration::MAX), None);
    }

    /// F56: neither a monotonic clock that stood still nor a wall clock that was set back lets a request leave late.
    #[tokio::test(start_paused = true)]
    async fn f56_the_clock_that_shows_more_counts() {
        for (wall, monotonic, over) in [(0, 0, false), (15, 15, false), (16, 0, true), (0, 16, true)] {
            let shown = Arc::new(AtomicU64::new(0));
            let clock = Arc::clone(&shown);
            let by_wall = move || Duration::from_secs(clock.load(Ordering::SeqCst));
            let send_by = SendBy::new(Duration::from_secs(15), Instant::now(), by_wall);
            shown.store(wall, Ordering::SeqCst);
            tokio::time::advance(Duration::from_secs(monotonic)).await;
            assert_eq!(send_by.is_over(), over, "{wall} s, {monotonic} s");
        }
    }
}
