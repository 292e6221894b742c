//! A store that fails now and then.

use std::sync::{Arc, Mutex, PoisonError};

use kakaopay::store::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, Commit, DuePayment, Entry, InboxEvent, InsertOutcome,
    MemoryStore, NewInboxEvent, Seq, Skip, SkipOutcome, Store, StoreError, StoreErrorKind, StoredPayment,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::choices::Choices;

/// A store that fails now and then: before its work, so that nothing was done, or after it, so that the caller cannot
/// know. Clones share it.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    inner: MemoryStore,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Debug)]
struct Faults {
    choices: Choices,
    active: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Before(StoreErrorKind),
    After,
}

impl FaultyStore {
    /// An empty store that does not fail yet.
    #[must_use]
    pub fn new(choices: Choices) -> Self {
        let faults = Faults { choices, active: false };
        Self { inner: MemoryStore::new(), faults: Arc::new(Mutex::new(faults)) }
    }

    /// Sets whether it fails now and then.
    pub fn set_trouble(&self, active: bool) {
        self.faults().active = active;
    }

    /// The store without faults.
    #[must_use]
    pub fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self) -> Fault {
        let mut faults = self.faults();
        if !faults.active || !faults.choices.percent(20) {
            return Fault::None;
        }
        match faults.choices.between(0, 3) {
            0 => Fault::Before(StoreErrorKind::Busy),
            1 => Fault::Before(StoreErrorKind::Io),
            _ => Fault::After,
        }
    }

    async fn call<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match self.fault() {
            Fault::None => work.await,
            Fault::Before(kind) => Err(kind.into()),
            Fault::After => {
                work.await?;
                Err(StoreErrorKind::Io.into())
            }
        }
    }
}

impl Store for FaultyStore {
    async fn commit(&self, commit: Commit) -> Result<Seq, StoreError> {
        self.call(self.inner.commit(commit)).await
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        self.call(self.inner.read_journal(reference)).await
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        self.call(self.inner.load(reference)).await
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        self.call(self.inner.list_payments(after, limit)).await
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        self.call(self.inner.find_by_charge(charge)).await
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        self.call(self.inner.insert_event(delivery)).await
    }

    async fn claim_events(&self, request: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        self.call(self.inner.claim_events(request)).await
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        self.call(self.inner.complete_event(event)).await
    }

    async fn claim_due(&self, request: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        self.call(self.inner.claim_due(request)).await
    }

    async fn claim_messages(&self, request: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        self.call(self.inner.claim_messages(request)).await
    }

    async fn complete_message(&self, key: &str, claim: ClaimToken) -> Result<(), StoreError> {
        self.call(self.inner.complete_message(key, claim)).await
    }

    async fn fail_message(
        &self,
        key: &str,
        claim: ClaimToken,
        retry_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(self.inner.fail_message(key, claim, retry_at)).await
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        self.call(self.inner.skip_message(key, skip)).await
    }

    async fn claim_job(&self, job: &str, request: ClaimRequest) -> Result<bool, StoreError> {
        self.call(self.inner.claim_job(job, request)).await
    }

    async fn reschedule_job(&self, job: &str, due: Timestamp) -> Result<(), StoreError> {
        self.call(self.inner.reschedule_job(job, due)).await
    }

    async fn next_due_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.call(self.inner.next_due_at()).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.call(self.inner.backlog()).await
    }
}
