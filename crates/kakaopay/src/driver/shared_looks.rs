//! Looks at the service that page views cause: few, however often a page is viewed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kakaopay_types::Reference;
use tokio::time::Instant;

/// Shortest time between two looks that views of one order's pages cause.
const INTERVAL: Duration = Duration::from_secs(2);
/// Number of orders above which those without a view lately are forgotten.
const MAX_KNOWN: usize = 1_024;

/// The last looks at the service for each order, in this process.
#[derive(Debug, Default)]
pub(crate) struct SharedLooks(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    last: BTreeMap<Reference, Arc<tokio::sync::Mutex<LastLook>>>,
    /// Number that the last tidying left.
    kept: usize,
    #[cfg(test)]
    looked_at: usize,
}

impl Known {
    /// Forgets orders without a view lately, once there are twice as many as the last time left: so each view looks at
    /// two of them on average.
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

/// The last look for an order. Locked until its result has been applied.
#[derive(Debug, Default)]
struct LastLook {
    begun: Option<Instant>,
    ended: Option<Instant>,
}

impl LastLook {
    /// Whether it serves a view that arrived at this instant, too.
    fn serves(&self, arrived: Instant) -> bool {
        self.ended.is_some_and(|ended| ended >= arrived)
            || self.begun.is_some_and(|begun| begun.elapsed() < INTERVAL)
    }
}

impl SharedLooks {
    /// Has `look` look at the service, unless another view's look serves this one: one that is in flight, or one that
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

    fn last_of(&self, reference: &Reference) -> Arc<tokio::sync::Mutex<LastLook>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.tidy();
        Arc::clone(known.last.entry(reference.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f59_i9_old_looks_are_forgotten() {
        let looks = SharedLooks::default();
        for number in 0..3 * MAX_KNOWN {
            let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
            assert_eq!(looks.look(&reference, async { number }).await, Some(number));
            assert_eq!(looks.look(&reference, async { number }).await, None);
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        let known = looks.0.lock().expect("no panic").last.len();
        assert!(known <= MAX_KNOWN, "{known}");
    }

    /// F59: however many orders have a view within 2 s, each view looks at few others.
    #[tokio::test(start_paused = true)]
    async fn f59_i9_a_crowd_is_not_searched_with_each_return() {
        let looks = SharedLooks::default();
        const CROWD: usize = 20 * MAX_KNOWN;
        for number in 0..CROWD {
            let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
            assert_eq!(looks.look(&reference, async { number }).await, Some(number));
        }
        let looked_at = {
            let known = looks.0.lock().expect("no panic");
            assert_eq!(known.last.len(), CROWD, "each is in use");
            known.looked_at
        };
        assert!((1..=2 * CROWD).contains(&looked_at), "{looked_at}");
        tokio::time::advance(INTERVAL).await;
        for number in 0..CROWD {
            let reference = Reference::parse(&format!("later-{number}")).expect("a reference");
            looks.look(&reference, async {}).await;
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        let known = looks.0.lock().expect("no panic").last.len();
        assert!(known <= MAX_KNOWN, "{known}");
    }
}
