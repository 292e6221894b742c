//! How long a call is repeated after a failure that may pass.

use std::time::Duration;

use kakaopay_store::{StoreError, StoreErrorKind};
use tokio::time::{Instant, sleep};

/// How long a call is repeated after its first failure: a blip costs seconds, and a long outage is reported soon.
const REPEATING: Duration = Duration::from_secs(5);
/// The first pause; each later one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How long a call is repeated after a failure that may pass.
pub(crate) struct Patience {
    /// The end of the call.
    deadline: Instant,
    until: Option<Instant>,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new(call: Duration) -> Self {
        let now = Instant::now();
        // So long a timeout that it cannot be added is none.
        let deadline = now.checked_add(call).unwrap_or(now + Duration::from_secs(u32::MAX.into()));
        Self { deadline, until: None, pause: FIRST_PAUSE }
    }

    /// The end of the call.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Pauses before a call without effect is repeated, or returns its error: it does not pass, or has lasted too long.
    pub(crate) async fn pause(&mut self, error: StoreError) -> Result<(), StoreError> {
        let until = *self.until.get_or_insert_with(|| self.deadline.min(Instant::now() + REPEATING));
        let next = Instant::now() + self.pause;
        if !may_pass(error.kind()) || next >= until {
            return Err(error);
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

fn may_pass(kind: StoreErrorKind) -> bool {
    use StoreErrorKind::{Busy, Full, Io, ReadOnly};
    matches!(kind, Busy | Full | Io | ReadOnly)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f68_what_passes_is_repeated_for_seconds_and_not_past_the_call() {
        for (call, expected) in [(30, 4..6), (2, 1..3)] {
            let begun = Instant::now();
            let mut patience = Patience::new(Duration::from_secs(call));
            let mut times = 0;
            while patience.pause(StoreErrorKind::Full.into()).await.is_ok() {
                times += 1;
            }
            assert!(
                times > 5 && expected.contains(&begun.elapsed().as_secs()),
                "{times}: {:?}",
                begun.elapsed()
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn f68_what_does_not_pass_is_returned_at_once() {
        use StoreErrorKind::{ChargeConflict, Closed, Corrupt, Other, StaleClaim, UnrecognizedSchema};
        for kind in [ChargeConflict, Closed, Corrupt, Other, StaleClaim, UnrecognizedSchema] {
            let error = Patience::new(Duration::from_secs(30)).pause(kind.into()).await.unwrap_err();
            assert_eq!(error.kind(), kind);
        }
    }
}
