//! A store in memory, for tests and demos: all guarantees but durability.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay_types::{ChargeId, EventId, Reference, StoreId, Timestamp};

use super::outbox::Outbox;
use crate::commit::{Commit, DeadlineChange, Entry, Seq, StoredPayment};
use crate::error::{StoreError, StoreErrorKind};
use crate::outbox::{ClaimToken, ClaimedMessage, Skip, SkipOutcome};
use crate::setting::Setting;
use crate::store::Store;
use crate::work::{Backlog, ClaimRequest, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent, QueueStats};

/// A store in memory, for tests and demos: all guarantees but durability.
#[derive(Debug, Clone)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    /// The entries of every payment.
    journals: BTreeMap<Reference, Vec<Box<[u8]>>>,
    snapshots: BTreeMap<Reference, Entry>,
    charges: BTreeMap<ChargeId, Reference>,
    deadlines: BTreeMap<Reference, Timestamp>,
    inbox: Vec<PendingEvent>,
    outbox: Outbox,
    /// When each is due.
    jobs: BTreeMap<String, Timestamp>,
    settings: BTreeMap<Setting, String>,
}

#[derive(Debug)]
struct PendingEvent {
    event: EventId,
    body: Box<[u8]>,
    received_at: Timestamp,
    /// Can be claimed from then on; `None` once it is completed.
    visible_at: Option<Timestamp>,
}

impl MemoryStore {
    /// An empty store with a random identity.
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
        Self(Arc::new(Mutex::new(Tables { settings, ..Tables::default() })))
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No method leaves the tables half changed, even if it panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Tables {
    fn commit(&mut self, commit: Commit) -> Result<Seq, StoreError> {
        let found = Seq::new(self.journals.get(&commit.reference).map_or(0, Vec::len) as u64);
        if found != commit.expected {
            return Err(StoreErrorKind::Conflict { expected: commit.expected, found }.into());
        }
        if let Some(charge) = commit.charge {
            match self.charges.get(&charge) {
                Some(owner) if *owner != commit.reference => {
                    return Err(StoreErrorKind::ChargeConflict.into());
                }
                _ => drop(self.charges.insert(charge, commit.reference.clone())),
            }
        }
        let mut last = found;
        let journal = self.journals.entry(commit.reference.clone()).or_default();
        if let Some(entry) = commit.entry {
            journal.push(entry);
            last = last.next();
        }
        if let Some(bytes) = commit.snapshot.filter(|_| last > Seq::ZERO) {
            self.snapshots.insert(commit.reference.clone(), Entry { seq: last, bytes });
        }
        match commit.deadline {
            DeadlineChange::Keep => {}
            DeadlineChange::Set(at) => drop(self.deadlines.insert(commit.reference.clone(), at)),
            DeadlineChange::Clear => drop(self.deadlines.remove(&commit.reference)),
        }
        for message in commit.messages {
            self.outbox.push(&commit.reference, message, commit.at);
        }
        Ok(last)
    }

    fn claim_due(&mut self, request: ClaimRequest) -> Vec<DuePayment> {
        let mut due: Vec<_> = self
            .deadlines
            .iter()
            .filter(|(_, at)| **at <= request.now)
            .map(|(reference, at)| DuePayment { reference: reference.clone(), at: *at })
            .collect();
        due.sort_by(|one, other| (one.at, &one.reference).cmp(&(other.at, &other.reference)));
        due.truncate(request.limit);
        for DuePayment { reference, .. } in &due {
            self.deadlines.insert(reference.clone(), request.lease_until);
        }
        due
    }

    fn claim_events(&mut self, request: ClaimRequest) -> Vec<InboxEvent> {
        let ready = |stored: &&mut PendingEvent| stored.visible_at.is_some_and(|at| at <= request.now);
        self.inbox
            .iter_mut()
            .filter(ready)
            .take(request.limit)
            .map(|stored| {
                stored.visible_at = Some(request.lease_until);
                InboxEvent { event: stored.event.clone(), body: stored.body.clone() }
            })
            .collect()
    }

    fn read_journal(&self, reference: &Reference, after: Seq) -> Vec<Entry> {
        let entries = self.journals.get(reference).map(Vec::as_slice).unwrap_or_default();
        let entries = (1..).map(Seq::new).zip(entries).filter(|(seq, _)| *seq > after);
        entries.map(|(seq, bytes)| Entry { seq, bytes: bytes.clone() }).collect()
    }

    fn backlog(&self) -> Backlog {
        let inbox = self.inbox.iter().filter(|stored| stored.visible_at.is_some());
        Backlog {
            deadlines: waiting(self.deadlines.values().copied()),
            inbox: waiting(inbox.map(|stored| stored.received_at)),
            outbox: waiting(self.outbox.pending_since()),
        }
    }

    fn next_due_at(&self) -> Option<Timestamp> {
        let inbox = self.inbox.iter().filter_map(|stored| stored.visible_at);
        self.deadlines.values().copied().chain(inbox).chain(self.outbox.next_claimable_at()).min()
    }
}

impl Store for MemoryStore {
    async fn commit(&self, commit: Commit) -> Result<Seq, StoreError> {
        self.tables().commit(commit)
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        Ok(self.tables().read_journal(reference, Seq::ZERO))
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        let tables = self.tables();
        let snapshot = tables.snapshots.get(reference).cloned();
        let entries =
            tables.read_journal(reference, snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq));
        Ok(StoredPayment { snapshot, entries })
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let tables = self.tables();
        let found = tables.journals.range::<Reference, _>((after, Bound::Unbounded));
        Ok(found.map(|(reference, _)| reference.clone()).take(limit).collect())
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        Ok(self.tables().charges.get(charge).cloned())
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        let mut tables = self.tables();
        if tables.inbox.iter().any(|stored| stored.event == delivery.event) {
            return Ok(InsertOutcome::Duplicate);
        }
        let NewInboxEvent { event, body, received_at } = delivery;
        tables.inbox.push(PendingEvent { event, body, received_at, visible_at: Some(received_at) });
        Ok(InsertOutcome::Inserted)
    }

    async fn claim_events(&self, request: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        Ok(self.tables().claim_events(request))
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        if let Some(stored) = self.tables().inbox.iter_mut().find(|stored| stored.event == *event) {
            stored.visible_at = None;
        }
        Ok(())
    }

    async fn claim_due(&self, request: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        Ok(self.tables().claim_due(request))
    }

    async fn claim_messages(&self, request: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        Ok(self.tables().outbox.claim(request))
    }

    async fn complete_message(&self, key: &str, claim: ClaimToken) -> Result<(), StoreError> {
        self.tables().outbox.complete(key, claim)
    }

    async fn fail_message(
        &self,
        key: &str,
        claim: ClaimToken,
        retry_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.tables().outbox.fail(key, claim, retry_at)
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        Ok(self.tables().outbox.skip(key, skip))
    }

    async fn claim_job(&self, job: &str, request: ClaimRequest) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let is_due = tables.jobs.get(job).is_none_or(|due| *due <= request.now);
        if is_due {
            tables.jobs.insert(job.to_owned(), request.lease_until);
        }
        Ok(is_due)
    }

    async fn reschedule_job(&self, job: &str, due: Timestamp) -> Result<(), StoreError> {
        self.tables().jobs.insert(job.to_owned(), due);
        Ok(())
    }

    async fn next_due_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables().next_due_at())
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        Ok(self.tables().backlog())
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
}

fn waiting(since: impl Iterator<Item = Timestamp>) -> QueueStats {
    since.fold(QueueStats::default(), |waiting, at| QueueStats {
        count: waiting.count + 1,
        oldest: Some(waiting.oldest.map_or(at, |oldest| oldest.min(at))),
    })
}
