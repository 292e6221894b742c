//! A store in memory, for tests and demos: all guarantees but durability.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kakaopay_types::{ChargeId, EventId, Reference, StoreId, Timestamp};

use super::due::Due;
use super::tables::{PendingEvent, Tables};
use crate::clock::{Clock, SystemClock};
use crate::commit::{Commit, Committed, Entry, Seq, StoredPayment};
use crate::error::StoreError;
use crate::outbox::{ClaimToken, ClaimedMessage, Skip, SkipOutcome};
use crate::prune::{Prune, PruneOutcome, PrunedEvents};
use crate::row::{Row, RowKind};
use crate::setting::Setting;
use crate::store::Store;
use crate::work::{Backlog, ClaimRequest, DuePayment, Held, InboxEvent, InsertOutcome, NewInboxEvent};

/// A store in memory, for tests and demos: all guarantees but durability.
#[derive(Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    clock: Arc<dyn Clock>,
}

impl MemoryStore {
    /// An empty store with a random identity and the system clock.
    #[must_use]
    pub fn new() -> Self {
        // The keys of each hasher are random.
        let bits = || u128::from(RandomState::new().hash_one(()));
        Self::with_id(&StoreId::from_bits(bits() << 64 | bits()))
    }

    /// An empty store with this identity.
    #[must_use]
    pub fn with_id(id: &StoreId) -> Self {
        let settings = BTreeMap::from([(Setting::StoreId, id.as_str().to_owned())]);
        let tables = Tables { settings, ..Tables::default() };
        Self { tables: Arc::new(Mutex::new(tables)), clock: Arc::new(SystemClock) }
    }

    /// Sets the clock, which is the system clock before. Clones made before keep theirs.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Returns a backup: a store with all that this one has now, which later changes of either leave alone.
    #[must_use]
    pub fn backup(&self) -> Self {
        let tables = self.tables().clone();
        Self { tables: Arc::new(Mutex::new(tables)), clock: Arc::clone(&self.clock) }
    }

    /// Replaces all that the store has, for all its clones, by what a backup has. Pass the store to
    /// [`restore`](crate::restore) then: the service may have payments that the backup lacks.
    pub fn replace_with(&self, backup: &Self) {
        let tables = backup.tables().clone();
        *self.tables() = tables;
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No method leaves the tables half changed, even if it panics.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tables, and what the clock shows. If it was set back, they are corrected before.
    fn tables_now(&self) -> (MutexGuard<'_, Tables>, Timestamp) {
        let mut tables = self.tables();
        let (so_far, now) = (tables.highest.so_far(), self.clock.now());
        if tables.highest.was_set_back(so_far, now) {
            tables.correct(now);
        }
        (tables, now)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn commit_and_claim(
        &self,
        commit: Commit,
        lease: Option<Duration>,
    ) -> Result<Committed, StoreError> {
        let (mut tables, now) = self.tables_now();
        tables.commit(commit, lease, now)
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        Ok(self.tables().read_journal(reference, Seq::ZERO))
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        let (tables, now) = self.tables_now();
        let snapshot = tables.snapshots.get(reference).cloned();
        let entries =
            tables.read_journal(reference, snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq));
        let is_payment = snapshot.is_some() || !entries.is_empty();
        let charges = if is_payment { Vec::new() } else { tables.charges_of(reference) };
        let setting = |setting| tables.settings.get(&setting).cloned();
        let (closed, suspect) = (setting(Setting::Closed), setting(Setting::Suspect));
        Ok(StoredPayment { snapshot, entries, charges, closed, suspect, now })
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let tables = self.tables();
        let found = tables.journals.range::<Reference, _>((after, Bound::Unbounded));
        let found = found.filter(|(_, entries)| !entries.is_empty());
        Ok(found.map(|(reference, _)| reference.clone()).take(limit).collect())
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        Ok(self.tables().charges.get(charge).cloned())
    }

    async fn charges_of(&self, reference: &Reference) -> Result<Vec<ChargeId>, StoreError> {
        Ok(self.tables().charges_of(reference))
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        let (mut tables, now) = self.tables_now();
        if let Some(why) = tables.settings.get(&Setting::Closed) {
            return Ok(InsertOutcome::Closed { why: why.clone() });
        }
        if tables.inbox.iter().any(|stored| stored.event == delivery.event) {
            return Ok(InsertOutcome::Duplicate);
        }
        let NewInboxEvent { event, body } = delivery;
        let due = Some(Due::after(now, Duration::ZERO));
        tables.inbox.push(PendingEvent { event, body, received_at: now, due });
        Ok(InsertOutcome::Inserted)
    }

    async fn claim_events(&self, request: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(if tables.is_closed() { Vec::new() } else { tables.claim_events(request, now) })
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        self.tables().complete_event(event);
        Ok(())
    }

    async fn claim_due(&self, request: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(if tables.is_closed() { Vec::new() } else { tables.claim_due(request, now) })
    }

    async fn claim_messages(&self, request: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(if tables.is_closed() { Vec::new() } else { tables.outbox.claim(request, now) })
    }

    async fn renew(&self, held: &[Held], lease: Duration) -> Result<(), StoreError> {
        let (mut tables, now) = self.tables_now();
        tables.renew(held, lease, now);
        Ok(())
    }

    async fn complete_messages(&self, messages: &[(String, ClaimToken)]) -> Result<Vec<String>, StoreError> {
        let mut tables = self.tables();
        let stale = messages.iter().filter(|(key, claim)| tables.outbox.complete(key, *claim).is_err());
        Ok(stale.map(|(key, _)| key.clone()).collect())
    }

    async fn fail_message(&self, key: &str, claim: ClaimToken, retry_in: Duration) -> Result<(), StoreError> {
        let (mut tables, now) = self.tables_now();
        tables.outbox.fail(key, claim, Due::after(now, retry_in))
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(tables.outbox.skip(key, skip, now))
    }

    async fn claim_job(&self, job: &str, request: ClaimRequest) -> Result<bool, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(!tables.is_closed() && tables.claim_job(job, request, now))
    }

    async fn reschedule_job(&self, job: &str, due_in: Duration) -> Result<(), StoreError> {
        let (mut tables, now) = self.tables_now();
        tables.jobs.insert(job.to_owned(), Due::after(now, due_in));
        Ok(())
    }

    async fn next_due_in(&self) -> Result<Option<Duration>, StoreError> {
        let (tables, now) = self.tables_now();
        Ok(tables.next_due_in(now))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let (mut tables, now) = (self.tables(), self.clock.now());
        let backlog = tables.backlog(now);
        if backlog.ahead > 0 {
            tables.correct(now);
        }
        Ok(backlog)
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        Ok(self.tables().settings.get(&setting).cloned())
    }

    async fn change_setting(
        &self,
        setting: Setting,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let is_current = tables.settings.get(&setting).map(String::as_str) == from;
        if is_current {
            match to {
                Some(text) => drop(tables.settings.insert(setting, text.to_owned())),
                None => drop(tables.settings.remove(&setting)),
            }
        }
        Ok(is_current)
    }

    async fn prune(&self, prune: Prune) -> Result<PruneOutcome, StoreError> {
        self.tables().prune(prune)
    }

    async fn prune_events(
        &self,
        age: Duration,
        after: u64,
        limit: usize,
    ) -> Result<PrunedEvents, StoreError> {
        let (mut tables, now) = self.tables_now();
        Ok(tables.prune_events(age, (after, limit), now))
    }

    async fn rows(&self, kind: RowKind, after: u64, limit: usize) -> Result<Vec<(u64, Row)>, StoreError> {
        let (tables, now) = self.tables_now();
        let rows = (1..).zip(tables.rows(kind, now)).filter(|(position, _)| *position > after);
        Ok(rows.take(limit).collect())
    }

    async fn insert_rows(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        let (mut tables, now) = self.tables_now();
        rows.into_iter().for_each(|row| tables.insert_row(row, now));
        Ok(())
    }
}
