//! A store in memory, for tests and demonstrations: it keeps every promise but durability.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::commit::{Commit, DeadlineChange, Entry, Seq};
use crate::error::{StoreError, StoreErrorKind};
use crate::store::Store;
use crate::work::{Claim, ClaimedMessage, Delivery, Due, InboxEvent, Lease, Receipt};

/// A store in memory, for tests and demonstrations: it keeps every promise but durability.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    journals: BTreeMap<Reference, Vec<Box<[u8]>>>,
    charges: BTreeMap<ChargeId, Reference>,
    deadlines: BTreeMap<Reference, Timestamp>,
    inbox: Vec<Stored>,
    outbox: Vec<Waiting>,
}

#[derive(Debug)]
struct Stored {
    event: EventId,
    body: Box<[u8]>,
    /// From when on it can be claimed; `None` once it is worked off.
    visible_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Waiting {
    key: String,
    reference: Reference,
    body: Box<[u8]>,
    claims: u64,
    /// From when on it can be claimed; `None` once it is told.
    visible_at: Option<Timestamp>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No method leaves the tables half changed, even if it panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
                    return Err(StoreErrorKind::ChargeTaken.into());
                }
                _ => drop(self.charges.insert(charge, commit.reference.clone())),
            }
        }
        let mut last = found;
        if let Some(entry) = commit.entry {
            self.journals.entry(commit.reference.clone()).or_default().push(entry);
            last = last.next();
        }
        match commit.deadline {
            DeadlineChange::Keep => {}
            DeadlineChange::Set(at) => drop(self.deadlines.insert(commit.reference.clone(), at)),
            DeadlineChange::Clear => drop(self.deadlines.remove(&commit.reference)),
        }
        for message in commit.messages {
            if self.outbox.iter().all(|known| known.key != message.key) {
                self.outbox.push(Waiting {
                    key: message.key,
                    reference: commit.reference.clone(),
                    body: message.body,
                    claims: 0,
                    visible_at: Some(Timestamp::UNIX_EPOCH),
                });
            }
        }
        Ok(last)
    }

    fn claim_due(&mut self, lease: Lease) -> Vec<Due> {
        let mut due: Vec<_> = self
            .deadlines
            .iter()
            .filter(|(_, at)| **at <= lease.now)
            .map(|(reference, at)| Due { reference: reference.clone(), at: *at })
            .collect();
        due.sort_by(|one, other| (one.at, &one.reference).cmp(&(other.at, &other.reference)));
        due.truncate(lease.limit);
        for Due { reference, .. } in &due {
            self.deadlines.insert(reference.clone(), lease.until);
        }
        due
    }

    fn claim_events(&mut self, lease: Lease) -> Vec<InboxEvent> {
        let ready = |stored: &&mut Stored| stored.visible_at.is_some_and(|at| at <= lease.now);
        self.inbox
            .iter_mut()
            .filter(ready)
            .take(lease.limit)
            .map(|stored| {
                stored.visible_at = Some(lease.until);
                InboxEvent { event: stored.event.clone(), body: stored.body.clone() }
            })
            .collect()
    }

    fn claim_messages(&mut self, lease: Lease) -> Vec<ClaimedMessage> {
        let ready = |waiting: &&mut Waiting| waiting.visible_at.is_some_and(|at| at <= lease.now);
        self.outbox
            .iter_mut()
            .filter(ready)
            .take(lease.limit)
            .map(|waiting| {
                waiting.visible_at = Some(lease.until);
                waiting.claims += 1;
                ClaimedMessage {
                    key: waiting.key.clone(),
                    reference: waiting.reference.clone(),
                    body: waiting.body.clone(),
                    claim: Claim::new(waiting.claims),
                }
            })
            .collect()
    }

    fn complete(&mut self, key: &str, claim: Claim) -> Result<(), StoreError> {
        let waiting = self.outbox.iter_mut().find(|waiting| waiting.key == key);
        match waiting {
            Some(waiting) if waiting.claims == claim.get() && waiting.claims > 0 => {
                waiting.visible_at = None;
                Ok(())
            }
            _ => Err(StoreErrorKind::StaleClaim.into()),
        }
    }

    fn next_wake(&self) -> Option<Timestamp> {
        let inbox = self.inbox.iter().filter_map(|stored| stored.visible_at);
        let outbox = self.outbox.iter().filter_map(|waiting| waiting.visible_at);
        self.deadlines.values().copied().chain(inbox).chain(outbox).min()
    }
}

impl Store for MemoryStore {
    async fn commit(&self, commit: Commit) -> Result<Seq, StoreError> {
        self.tables().commit(commit)
    }

    async fn journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        let tables = self.tables();
        let entries = tables.journals.get(reference).map(Vec::as_slice).unwrap_or_default();
        let seqs = (1..).map(Seq::new);
        Ok(seqs.zip(entries).map(|(seq, bytes)| Entry { seq, bytes: bytes.clone() }).collect())
    }

    async fn reference_of(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        Ok(self.tables().charges.get(charge).cloned())
    }

    async fn receive(&self, delivery: Delivery) -> Result<Receipt, StoreError> {
        let mut tables = self.tables();
        if tables.inbox.iter().any(|stored| stored.event == delivery.event) {
            return Ok(Receipt::Duplicate);
        }
        let Delivery { event, body, received_at } = delivery;
        tables.inbox.push(Stored { event, body, visible_at: Some(received_at) });
        Ok(Receipt::New)
    }

    async fn claim_events(&self, lease: Lease) -> Result<Vec<InboxEvent>, StoreError> {
        Ok(self.tables().claim_events(lease))
    }

    async fn finish_event(&self, event: &EventId) -> Result<(), StoreError> {
        if let Some(stored) = self.tables().inbox.iter_mut().find(|stored| stored.event == *event) {
            stored.visible_at = None;
        }
        Ok(())
    }

    async fn claim_due(&self, lease: Lease) -> Result<Vec<Due>, StoreError> {
        Ok(self.tables().claim_due(lease))
    }

    async fn claim_messages(&self, lease: Lease) -> Result<Vec<ClaimedMessage>, StoreError> {
        Ok(self.tables().claim_messages(lease))
    }

    async fn complete(&self, key: &str, claim: Claim) -> Result<(), StoreError> {
        self.tables().complete(key, claim)
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables().next_wake())
    }
}
