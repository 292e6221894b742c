//! Protects the inbox and the log from webhooks that anyone can send.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kakaopay_store::{Store, StoreError};
use tokio::time::Instant;

/// Shortest time between two log entries of one kind.
const WARN_EVERY: Duration = Duration::from_secs(60);
/// Maximum number of pending webhooks at which an unsigned one is still stored.
const MAX_PENDING: u64 = 256;
/// How long a count of the pending webhooks is used.
const RECOUNT_EVERY: Duration = Duration::from_secs(1);

/// Why a webhook was refused or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Form,
    Signature,
    Payload,
    /// Unsigned, and about no charge or order of this store.
    Unrelated,
    /// Unsigned, and too many are pending.
    OverLimit,
}

/// Protects the inbox and the log of this process.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    warned: Mutex<[Warned; 5]>,
    pending: tokio::sync::Mutex<Option<Pending>>,
}

/// The log entries of one kind.
#[derive(Debug, Default)]
struct Warned {
    last: Option<Instant>,
    left_out: u64,
}

/// The pending webhooks, when they were last counted, and those that were let in since.
#[derive(Debug)]
struct Pending {
    counted: Instant,
    count: u64,
}

impl Guard {
    /// Returns how many refusals of this kind there were since the last log entry, if one may be written now.
    pub(super) fn may_warn(&self, refusal: Refusal) -> Option<u64> {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let warned = &mut warned[refusal as usize];
        warned.left_out = warned.left_out.saturating_add(1);
        if warned.last.is_some_and(|last| last.elapsed() < WARN_EVERY) {
            return None;
        }
        warned.last = Some(Instant::now());
        Some(std::mem::take(&mut warned.left_out))
    }

    /// Whether an unsigned webhook may be stored.
    pub(super) async fn has_room(&self, store: &impl Store) -> Result<bool, StoreError> {
        let mut pending = self.pending.lock().await;
        let mut now = match pending.take() {
            Some(known) if known.counted.elapsed() < RECOUNT_EVERY => known,
            _ => Pending { count: store.backlog().await?.inbox.count, counted: Instant::now() },
        };
        let has_room = now.count < MAX_PENDING;
        now.count = now.count.saturating_add(u64::from(has_room));
        *pending = Some(now);
        Ok(has_room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f60_i9_each_kind_is_logged_once_a_minute_with_its_count() {
        let guard = Guard::default();
        assert_eq!(guard.may_warn(Refusal::Form), Some(1));
        for _ in 0..1_000 {
            assert_eq!(guard.may_warn(Refusal::Form), None);
            tokio::time::advance(Duration::from_millis(59)).await;
        }
        assert_eq!(guard.may_warn(Refusal::OverLimit), Some(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(guard.may_warn(Refusal::Form), Some(1_001));
        assert_eq!(guard.may_warn(Refusal::Form), None);
    }
}
