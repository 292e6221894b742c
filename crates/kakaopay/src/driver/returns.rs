//! The buyers' returns, which cause few reads however often a page is viewed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kakaopay_types::Reference;
use tokio::time::Instant;

/// Shortest time between two reads that returns of one payment's buyer cause.
const INTERVAL: Duration = Duration::from_secs(2);
/// Number of payments above which those that no buyer returned to lately are forgotten.
const MAX_KNOWN: usize = 1_024;

/// The last returns of the buyers in this process.
#[derive(Debug, Default)]
pub(crate) struct Returns(Mutex<BTreeMap<Reference, Arc<tokio::sync::Mutex<LastReturn>>>>);

/// The last return of a payment's buyer that caused a read. Locked until that read has been applied.
#[derive(Debug, Default)]
struct LastReturn {
    begun: Option<Instant>,
    ended: Option<Instant>,
}

impl LastReturn {
    /// Whether its read serves a return that arrived at this instant, too.
    fn serves(&self, arrived: Instant) -> bool {
        self.ended.is_some_and(|ended| ended >= arrived)
            || self.begun.is_some_and(|begun| begun.elapsed() < INTERVAL)
    }
}

impl Returns {
    /// Has `look` read the charge, unless another return's read serves this one: one that is in flight, or one that
    /// began within the last 2 s. `None` then.
    pub(crate) async fn look<T>(&self, reference: &Reference, look: impl Future<Output = T>) -> Option<T> {
        let arrived = Instant::now();
        let last = self.last_of(reference);
        let mut last = last.lock().await;
        if last.serves(arrived) {
            return None;
        }
        last.begun = Some(Instant::now());
        let looked = look.await;
        last.ended = Some(Instant::now());
        Some(looked)
    }

    fn last_of(&self, reference: &Reference) -> Arc<tokio::sync::Mutex<LastReturn>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            // A locked one is in use.
            known.retain(|_, last| last.try_lock().map_or(true, |last| last.serves(Instant::now())));
        }
        Arc::clone(known.entry(reference.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f59_i9_old_returns_are_forgotten() {
        let returns = Returns::default();
        for number in 0..3 * MAX_KNOWN {
            let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
            assert_eq!(returns.look(&reference, async { number }).await, Some(number));
            assert_eq!(returns.look(&reference, async { number }).await, None);
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        let known = returns.0.lock().expect("no panic").len();
        assert!(known <= MAX_KNOWN, "{known}");
    }
}
