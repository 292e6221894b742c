//! The leases of work that this process has claimed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kakaopay_store::Held;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

/// How long claimed work stays with a process that does not renew its lease. One that dies delays its work by no more.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// Age at which a lease is renewed. Most work ends before.
const RENEW_AFTER: Duration = Duration::from_secs(5);

/// The leases of work that this process has claimed, and when each was claimed or renewed.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    held: Mutex<BTreeMap<Held, Instant>>,
    begun: Notify,
}

/// The lease of a claimed row. It is renewed until this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    leases: Arc<Leases>,
    held: Held,
}

impl Leases {
    /// Holds a row that was claimed after `since`.
    pub(crate) fn hold(self: &Arc<Self>, held: Held, since: Instant) -> Lease {
        self.held().insert(held.clone(), since);
        self.begun.notify_one();
        Lease { leases: Arc::clone(self), held }
    }

    /// Waits until leases are to be renewed, and returns all.
    pub(crate) async fn next(&self) -> Vec<Held> {
        loop {
            let oldest = self.held().values().min().copied();
            match oldest.map(|oldest| oldest + RENEW_AFTER) {
                // Another call may have been woken for a lease, and ended before this one: look again in time.
                None => drop(timeout(RENEW_AFTER, self.begun.notified()).await),
                // A lease that began late may be older than all others.
                Some(at) if at > Instant::now() => drop(timeout_at(at, self.begun.notified()).await),
                Some(_) => return self.held().keys().cloned().collect(),
            }
        }
    }

    /// These were renewed after `since`.
    pub(crate) fn renewed(&self, renewed: &[Held], since: Instant) {
        let mut held = self.held();
        for row in renewed {
            if let Some(at) = held.get_mut(row) {
                *at = since;
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Held, Instant>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Ends it, and returns the row.
    pub(crate) fn end(self) -> Held {
        self.held.clone()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.held().remove(&self.held);
    }
}

#[cfg(test)]
mod tests {
    use kakaopay_store::ClaimToken;
    use tokio::task::yield_now;
    use tokio::time::advance;

    use super::*;

    fn message(key: &str) -> Held {
        Held::Message(key.to_owned(), ClaimToken::new(1))
    }

    /// F68: a lease is renewed at a third of its length, with all others, and not before.
    #[tokio::test(start_paused = true)]
    async fn f68_all_leases_are_renewed_when_the_first_is_old() {
        let leases = Arc::new(Leases::default());
        let soon = async |millis| timeout(Duration::from_millis(millis), leases.next()).await.ok();
        assert_eq!(soon(60_000).await, None, "nothing is held");
        let first = leases.hold(message("a"), Instant::now());
        advance(Duration::from_secs(3)).await;
        let _second = leases.hold(message("b"), Instant::now());
        assert_eq!(soon(1_990).await, None);
        let renewed = soon(20).await.expect("old enough");
        assert_eq!(renewed, [message("a"), message("b")]);
        leases.renewed(&renewed, Instant::now());
        drop(first);
        assert_eq!(soon(4_980).await, None);
        assert_eq!(soon(20).await.expect("old enough"), [message("b")]);
        // Not renewed: it stays to be renewed.
        assert_eq!(soon(0).await.expect("still"), [message("b")]);
    }

    /// F68: a claim whose response took long is renewed by the age of its request.
    #[tokio::test(start_paused = true)]
    async fn f68_a_lease_that_begins_late_is_renewed_in_time() {
        let leases = Arc::new(Leases::default());
        let asked = Instant::now();
        advance(Duration::from_secs(4)).await;
        let _young = leases.hold(message("a"), Instant::now());
        let waiting = tokio::spawn({
            let leases = Arc::clone(&leases);
            async move { leases.next().await }
        });
        yield_now().await;
        advance(Duration::from_secs(2)).await;
        let _late = leases.hold(message("b"), asked);
        let renewed = timeout(Duration::from_secs(1), waiting).await.expect("in time").expect("no panic");
        assert_eq!(renewed, [message("a"), message("b")]);
    }

    /// F68: of two calls that wait, one is woken for a lease. If it ends, the other renews the lease in time.
    #[tokio::test(start_paused = true)]
    async fn f68_a_lease_is_renewed_by_the_call_that_is_left() {
        for waited in [0, 1, 4_999, 60_000] {
            let leases = Arc::new(Leases::default());
            let wait = || {
                let leases = Arc::clone(&leases);
                tokio::spawn(async move { leases.next().await })
            };
            let (first, second) = (wait(), wait());
            tokio::time::sleep(Duration::from_millis(waited)).await;
            yield_now().await;
            let _lease = leases.hold(message("a"), Instant::now());
            yield_now().await;
            first.abort();
            let renewed = timeout(LEASE - Duration::from_secs(4), second).await.expect("in time");
            assert_eq!(renewed.expect("no panic"), [message("a")], "{waited}");
        }
    }

    /// F68: a lease that ended in time is never renewed.
    #[tokio::test(start_paused = true)]
    async fn f68_short_work_renews_nothing() {
        let leases = Arc::new(Leases::default());
        for number in 0..100 {
            let lease = leases.hold(message(&number.to_string()), Instant::now());
            assert!(timeout(Duration::from_secs(4), leases.next()).await.is_err());
            drop(lease);
        }
    }
}
