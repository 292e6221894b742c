//! A store under test, and its clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kakaopay_types::{Reference, Timestamp};

use crate::clock::Clock;
use crate::error::StoreError;
use crate::outbox::ClaimedMessage;
use crate::store::Store;
use crate::work::{ClaimRequest, Held, InboxEvent};

/// The clock of a store under test, which stands still between two calls of `set`.
pub trait TestClock: Clone + Send + Sync + 'static {
    /// Sets the clock.
    fn set(&self, now: Timestamp) -> impl Future<Output = ()> + Send;
}

/// A clock in memory. Clones share its time, which begins in 1970.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl TestClock for ManualClock {
    async fn set(&self, now: Timestamp) {
        self.0.store(now.unix_millis(), Ordering::SeqCst);
    }
}

/// An empty store, and its clock, which begins in 1970.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Subject<S, C> {
    /// The store.
    pub store: S,
    /// Its clock.
    pub clock: C,
}

impl<S, C> From<(S, C)> for Subject<S, C> {
    fn from((store, clock): (S, C)) -> Self {
        Self { store, clock }
    }
}

/// A claim at one second until another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) now: i64,
    pub(super) until: i64,
    pub(super) limit: usize,
}

pub(super) fn lease(now: i64, until: i64) -> Lease {
    Lease { now, until, limit: 10 }
}

impl<S: Store, C: TestClock> Subject<S, C> {
    /// The store at this second.
    pub(super) async fn at(&self, seconds: i64) -> &S {
        self.clock.set(Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)).await;
        &self.store
    }

    async fn begin(&self, lease: Lease) -> ClaimRequest {
        self.at(lease.now).await;
        let length = Duration::from_secs(lease.until.abs_diff(lease.now));
        ClaimRequest::new(length, lease.limit)
    }

    pub(super) async fn claim_events(&self, lease: Lease) -> Result<Vec<InboxEvent>, StoreError> {
        self.store.claim_events(self.begin(lease).await).await
    }

    pub(super) async fn claim_due(&self, lease: Lease) -> Result<Vec<Reference>, StoreError> {
        let due = self.store.claim_due(self.begin(lease).await).await?;
        Ok(due.into_iter().map(|due| due.reference).collect())
    }

    /// Claims everything that can be claimed but jobs.
    pub(super) async fn claim_held(&self, lease: Lease) -> Vec<Held> {
        let request = self.begin(lease).await;
        let due = self.store.claim_due(request).await.expect("claimed").into_iter();
        let events = self.store.claim_events(request).await.expect("claimed").into_iter();
        let messages = self.store.claim_messages(request).await.expect("claimed").into_iter();
        due.map(|due| Held::Payment(due.reference, due.claim))
            .chain(events.map(|event| Held::Event(event.event, event.claim)))
            .chain(messages.map(|message| Held::Message(message.key, message.claim)))
            .collect()
    }

    /// Lets leases end so many seconds after another second.
    pub(super) async fn renew(&self, held: &[Held], lease: Lease) {
        let length = self.begin(lease).await.lease;
        self.store.renew(held, length).await.expect("renewed");
    }

    pub(super) async fn claim_messages(&self, lease: Lease) -> Result<Vec<ClaimedMessage>, StoreError> {
        self.store.claim_messages(self.begin(lease).await).await
    }

    pub(super) async fn claim_job(&self, job: &str, lease: Lease) -> Result<bool, StoreError> {
        self.store.claim_job(job, self.begin(lease).await).await
    }

    /// How many seconds it is until something can be claimed.
    pub(super) async fn next(&self) -> Option<u64> {
        let next = self.store.next_due_in().await.expect("read");
        next.map(|next| next.saturating_add(Duration::from_millis(500)).as_secs())
    }
}
