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
pub(crate) struct Returns(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    last: BTreeMap<Reference, Arc<tokio::sync::Mutex<LastReturn>>>,
    /// Number that the last tidying left.
    kept: usize,
    #[cfg(test)]
    looked_at: usize,
}

impl Known {
    /// Forgets payments that no buyer returned to lately, once there are twice as many as the last time left: so each
    /// return looks at two of them on average.
    fn tidy(&mut self) {
        if self.last.len() < MAX_KNOWN.max(self.kept.saturating_mul(2)) {
            return;
        }
        #[cfg(test)]
        {
            self.looked_at += self.last.len();
        }
        // A locked one is in use.
        self.last.retain(|_, last| last.try_lock().map_or(true, |last| last.serves(Instant::now())));
        self.kept = self.last.len();
    }
}

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
        known.tidy();
        Arc::clone(known.last.entry(reference.clone()).or_default())
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
        let known = returns.0.lock().expect("no panic").last.len();
        assert!(known <= MAX_KNOWN, "{known}");
    }

    /// F59: however many buyers return within 2 s, each return looks at few others.
    #[tokio::test(start_paused = true)]
    async fn f59_i9_a_crowd_is_not_searched_with_each_return() {
        let returns = Returns::default();
        const CROWD: usize = 20 * MAX_KNOWN;
        for number in 0..CROWD {
            let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
            assert_eq!(returns.look(&reference, async { number }).await, Some(number));
        }
        let looked_at = {
            let known = returns.0.lock().expect("no panic");
            assert_eq!(known.last.len(), CROWD, "each is in use");
            known.looked_at
        };
        assert!((1..=2 * CROWD).contains(&looked_at), "{looked_at}");
        tokio::time::advance(INTERVAL).await;
        for number in 0..CROWD {
            let reference = Reference::parse(&format!("later-{number}")).expect("a reference");
            returns.look(&reference, async {}).await;
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        let known = returns.0.lock().expect("no panic").last.len();
        assert!(known <= MAX_KNOWN, "{known}");
    }
}
