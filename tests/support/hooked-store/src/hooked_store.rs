//! A store whose calls a hook fails, and another observes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kakaopay_store::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, Commit, Committed, DuePayment, Entry, Held,
    InboxEvent, InsertOutcome, NewInboxEvent, Prune, PruneOutcome, PrunedEvents, Row, RowKind, Setting, Skip,
    SkipOutcome, Store, StoreError, StoreErrorKind, StoredPayment,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

/// A call of a store, named after its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after its method")]
pub enum StoreCall {
    /// A commit with an entry.
    Commit,
    /// A commit of a deadline alone.
    CommitDeadline,
    /// A commit of a snapshot, without an entry.
    CommitSnapshot,
    ReadJournal,
    Load,
    ListPayments,
    FindByCharge,
    ChargesOf,
    InsertEvent,
    ClaimEvents,
    CompleteEvent,
    ClaimDue,
    ClaimMessages,
    Renew,
    CompleteMessages,
    FailMessage,
    SkipMessage,
    ClaimJob,
    RescheduleJob,
    NextDueIn,
    Backlog,
    Now,
    Setting,
    ChangeSetting,
    Rows,
    InsertRows,
    Prune,
    PruneEvents,
}

/// The fault of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    /// The call succeeds, if the store below does.
    None,
    /// So does this one, which begins its work so much later.
    Late(Duration),
    /// The call fails before its work, so that nothing was done.
    Before(StoreErrorKind),
    /// The work is done, and the call fails: the caller cannot know.
    After(StoreErrorKind),
}

type Fault = dyn Fn(StoreCall) -> StoreFault + Send + Sync;
type After = dyn Fn(StoreCall) + Send + Sync;

/// A store whose calls a hook fails, and another observes. Clones share the hooks.
#[derive(Clone)]
pub struct HookedStore<S> {
    inner: S,
    fault: Arc<Fault>,
    after: Arc<After>,
}

impl<S> HookedStore<S> {
    /// A store whose hooks do nothing.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner, fault: Arc::new(|_| StoreFault::None), after: Arc::new(|_| {}) }
    }

    /// Asks this hook for the fault of each call.
    #[must_use]
    pub fn fault(self, hook: impl Fn(StoreCall) -> StoreFault + Send + Sync + 'static) -> Self {
        Self { fault: Arc::new(hook), ..self }
    }

    /// The same hooks over another store.
    #[must_use]
    pub fn over<T>(self, inner: T) -> HookedStore<T> {
        HookedStore { inner, fault: self.fault, after: self.after }
    }

    /// The store below, without faults.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Calls this hook after each successful call.
    #[must_use]
    pub fn after(self, hook: impl Fn(StoreCall) + Send + Sync + 'static) -> Self {
        Self { after: Arc::new(hook), ..self }
    }

    /// Fails the next call of one method once the returned switch is set. The switch is then unset.
    #[must_use]
    pub fn failing_once(inner: S, call: StoreCall) -> (Self, Arc<AtomicBool>) {
        let armed = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&armed);
        let store = Self::new(inner).fault(move |found| {
            let fails = found == call && armed.swap(false, Ordering::SeqCst);
            if fails { StoreFault::Before(StoreErrorKind::Io) } else { StoreFault::None }
        });
        (store, switch)
    }

    async fn hooked<T>(
        &self,
        call: StoreCall,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let fault = (self.fault)(call);
        match fault {
            StoreFault::Before(kind) => return Err(kind.into()),
            StoreFault::Late(time) => tokio::time::sleep(time).await,
            StoreFault::None | StoreFault::After(_) => {}
        }
        let result = work.await?;
        (self.after)(call);
        match fault {
            StoreFault::After(kind) => Err(kind.into()),
            _ => Ok(result),
        }
    }
}

impl<S> fmt::Debug for HookedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookedStore").finish_non_exhaustive()
    }
}

impl<S: Store> Store for HookedStore<S> {
    async fn commit_and_claim(
        &self,
        commit: Commit,
        lease: Option<Duration>,
    ) -> Result<Committed, StoreError> {
        let call = match (&commit.entry, &commit.snapshot) {
            (Some(_), _) => StoreCall::Commit,
            (None, Some(_)) => StoreCall::CommitSnapshot,
            (None, None) => StoreCall::CommitDeadline,
        };
        self.hooked(call, self.inner.commit_and_claim(commit, lease)).await
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        self.hooked(StoreCall::ReadJournal, self.inner.read_journal(reference)).await
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        self.hooked(StoreCall::Load, self.inner.load(reference)).await
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        self.hooked(StoreCall::ListPayments, self.inner.list_payments(after, limit)).await
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        self.hooked(StoreCall::FindByCharge, self.inner.find_by_charge(charge)).await
    }

    async fn charges_of(&self, reference: &Reference) -> Result<Vec<ChargeId>, StoreError> {
        self.hooked(StoreCall::ChargesOf, self.inner.charges_of(reference)).await
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        self.hooked(StoreCall::InsertEvent, self.inner.insert_event(delivery)).await
    }

    async fn claim_events(&self, lease: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        self.hooked(StoreCall::ClaimEvents, self.inner.claim_events(lease)).await
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        self.hooked(StoreCall::CompleteEvent, self.inner.complete_event(event)).await
    }

    async fn claim_due(&self, lease: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        self.hooked(StoreCall::ClaimDue, self.inner.claim_due(lease)).await
    }

    async fn claim_messages(&self, lease: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        self.hooked(StoreCall::ClaimMessages, self.inner.claim_messages(lease)).await
    }

    async fn renew(&self, held: &[Held], lease: Duration) -> Result<(), StoreError> {
        self.hooked(StoreCall::Renew, self.inner.renew(held, lease)).await
    }

    async fn complete_messages(&self, messages: &[(String, ClaimToken)]) -> Result<Vec<String>, StoreError> {
        self.hooked(StoreCall::CompleteMessages, self.inner.complete_messages(messages)).await
    }

    async fn fail_message(&self, key: &str, claim: ClaimToken, retry_in: Duration) -> Result<(), StoreError> {
        self.hooked(StoreCall::FailMessage, self.inner.fail_message(key, claim, retry_in)).await
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        self.hooked(StoreCall::SkipMessage, self.inner.skip_message(key, skip)).await
    }

    async fn claim_job(&self, job: &str, lease: ClaimRequest) -> Result<bool, StoreError> {
        self.hooked(StoreCall::ClaimJob, self.inner.claim_job(job, lease)).await
    }

    async fn reschedule_job(&self, job: &str, due_in: Duration) -> Result<(), StoreError> {
        self.hooked(StoreCall::RescheduleJob, self.inner.reschedule_job(job, due_in)).await
    }

    async fn next_due_in(&self) -> Result<Option<Duration>, StoreError> {
        self.hooked(StoreCall::NextDueIn, self.inner.next_due_in()).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.hooked(StoreCall::Backlog, self.inner.backlog()).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.hooked(StoreCall::Now, self.inner.now()).await
    }

    async fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        self.hooked(StoreCall::Setting, self.inner.setting(setting)).await
    }

    async fn change_setting(
        &self,
        setting: Setting,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.hooked(StoreCall::ChangeSetting, self.inner.change_setting(setting, from, to)).await
    }

    async fn prune(&self, prune: Prune) -> Result<PruneOutcome, StoreError> {
        self.hooked(StoreCall::Prune, self.inner.prune(prune)).await
    }

    async fn prune_events(
        &self,
        age: Duration,
        after: u64,
        limit: usize,
    ) -> Result<PrunedEvents, StoreError> {
        self.hooked(StoreCall::PruneEvents, self.inner.prune_events(age, after, limit)).await
    }

    async fn rows(&self, kind: RowKind, after: u64, limit: usize) -> Result<Vec<(u64, Row)>, StoreError> {
        self.hooked(StoreCall::Rows, self.inner.rows(kind, after, limit)).await
    }

    async fn insert_rows(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        self.hooked(StoreCall::InsertRows, self.inner.insert_rows(rows)).await
    }
}
