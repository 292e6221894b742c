//! The pause after the service has limited the rate.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Pause after a first response 429 without `Retry-After`. Each further one doubles it.
const MIN_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause without `Retry-After`.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The pause that all calls of a client share. One after a read holds up reads alone, since they can wait and are many;
/// one after a mutation holds up both.
#[derive(Debug, Default)]
pub(super) struct Pause(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reads_until: Option<Instant>,
    mutations_until: Option<Instant>,
    /// Number of consecutive responses 429.
    limited: u32,
}

impl Pause {
    /// Until when a call must wait, if it must.
    pub(super) fn until(&self, is_read: bool) -> Option<Instant> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = if is_read { state.reads_until } else { state.mutations_until };
        until.filter(|until| *until > Instant::now())
    }

    /// The service has limited the rate, and requested this wait.
    pub(super) fn limited(&self, is_read: bool, requested: Option<Duration>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let doubled = MIN_PAUSE.saturating_mul(2_u32.saturating_pow(state.limited)).min(MAX_PAUSE);
        // Other calls in flight may get the same response. It counts once a pause.
        if state.reads_until.is_none_or(|until| until <= Instant::now()) {
            state.limited = state.limited.saturating_add(1);
        }
        let until = Instant::now() + requested.unwrap_or(doubled);
        state.reads_until = state.reads_until.max(Some(until));
        if !is_read {
            state.mutations_until = state.mutations_until.max(Some(until));
        }
    }

    /// The service has answered a call.
    pub(super) fn served(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).limited = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f21_f59_the_pause_doubles_and_mutations_wait_last() {
        let pause = Pause::default();
        let wait = |is_read| pause.until(is_read).map(|until| until.duration_since(Instant::now()).as_secs());
        for seconds in [1, 2, 4, 8, 16, 30, 30] {
            pause.limited(true, None);
            // Calls that were in flight, too, do not lengthen it much.
            pause.limited(true, Some(Duration::ZERO));
            assert_eq!((wait(true), wait(false)), (Some(seconds), None));
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert_eq!(wait(true), None);
        }
        pause.served();
        pause.limited(false, Some(Duration::from_secs(7)));
        pause.limited(true, Some(Duration::from_secs(3)));
        assert_eq!((wait(true), wait(false)), (Some(7), Some(7)));
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(60)).await;
            pause.limited(true, None);
        }
        assert_eq!(wait(true), Some(30));
    }
}
