//! A request whose entry is durable.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_flows::{MAX_SEND_DELAY_SECONDS, Request};
use kakaopay_store::Clock;
use kakaopay_transport::SendBy;
use kakaopay_types::Timestamp;
use tokio::time::Instant;

/// A request whose journal entry is durable, so that it may be sent.
#[derive(Debug)]
pub(crate) struct PendingRequest {
    pub(super) request: Request,
    /// The latest instant at which it may leave, if it is a mutation: then, the payment may soon treat it as lost. A
    /// request that only reads may have none.
    pub(super) send_by: Option<SendBy>,
}

/// When a step of a payment began, by both clocks of this process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    wall: Timestamp,
    monotonic: Instant,
}

impl Begun {
    /// A step that begins now.
    pub(super) fn now(clock: &Arc<dyn Clock>) -> Self {
        Self { wall: clock.now(), monotonic: Instant::now() }
    }

    /// Whether it began so long ago that its mutations would have less time to leave.
    pub(super) fn is_old(self) -> bool {
        self.monotonic.elapsed() > Duration::from_secs(1)
    }
}

/// The latest instant for the mutations of an entry.
pub(super) fn send_by(begun: Begun, clock: &Arc<dyn Clock>) -> SendBy {
    let (clock, at) = (Arc::clone(clock), begun.wall);
    let by_wall = move || {
        // Zero if the clock was set back.
        Duration::from_millis(u64::try_from(clock.now().millis_since(at)).unwrap_or(0))
    };
    SendBy::new(Duration::from_secs(MAX_SEND_DELAY_SECONDS.unsigned_abs()), begun.monotonic, by_wall)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f40_f56_a_mutation_leaves_within_15_s_by_both_clocks() {
        let at = Timestamp::UNIX_EPOCH;
        for (wall, monotonic, over) in
            [(-86_400, 0, false), (15, 15, false), (16, 0, true), (86_400, 0, true), (-86_400, 16, true)]
        {
            let seconds = Arc::new(AtomicI64::new(0));
            let shown = Arc::clone(&seconds);
            let clock: Arc<dyn Clock> =
                Arc::new(move || at.saturating_add_seconds(shown.load(Ordering::SeqCst)));
            let send_by = send_by(Begun::now(&clock), &clock);
            seconds.store(wall, Ordering::SeqCst);
            tokio::time::advance(Duration::from_secs(monotonic)).await;
            assert_eq!(send_by.is_over(), over, "{wall} s, {monotonic} s");
        }
    }
}
