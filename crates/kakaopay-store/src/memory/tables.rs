//! The tables of the store in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use super::due::Due;
use super::outbox::Outbox;
use crate::commit::{Commit, Committed, DeadlineChange, Entry, Seq};
use crate::error::{StoreError, StoreErrorKind};
use crate::highest_time::HighestTime;
use crate::outbox::ClaimToken;
use crate::prune::{Prune, PruneOutcome, PrunedEvents};
use crate::row::{Row, RowKind};
use crate::setting::Setting;
use crate::term::{term_millis, time_until};
use crate::work::{Backlog, ClaimRequest, DuePayment, Held, InboxEvent, QueueStats};

/// All tables.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    /// The entries of every payment, without those that were pruned.
    pub(super) journals: BTreeMap<Reference, Vec<Box<[u8]>>>,
    /// The last entry that was pruned, of each payment of which some were.
    pub(super) pruned: BTreeMap<Reference, Seq>,
    pub(super) snapshots: BTreeMap<Reference, Entry>,
    pub(super) charges: BTreeMap<ChargeId, Reference>,
    pub(super) deadlines: BTreeMap<Reference, Due>,
    pub(super) inbox: Vec<PendingEvent>,
    pub(super) outbox: Outbox,
    pub(super) jobs: BTreeMap<String, Due>,
    pub(super) settings: BTreeMap<Setting, String>,
    /// How many claims of payments and events there were.
    pub(super) claims: u64,
    pub(super) highest: HighestTime,
}

#[derive(Debug, Clone)]
pub(super) struct PendingEvent {
    pub(super) event: EventId,
    pub(super) body: Box<[u8]>,
    pub(super) received_at: Timestamp,
    /// `None` once it is completed.
    pub(super) due: Option<Due>,
}

impl Tables {
    pub(super) fn commit(
        &mut self,
        commit: Commit,
        lease: Option<Duration>,
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        let found = self.last(&commit.reference);
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
        let (mut last, has_entry) = (found, commit.entry.is_some());
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
            DeadlineChange::In(term) => {
                self.deadlines.insert(commit.reference.clone(), Due::after(now, term));
            }
            DeadlineChange::Clear => drop(self.deadlines.remove(&commit.reference)),
        }
        let lease = lease.filter(|_| has_entry && !self.is_closed());
        let pushed = commit.messages.into_iter().map(|message| {
            let key = message.key.clone();
            let is_new = self.outbox.push(&commit.reference, message, now);
            lease.filter(|_| is_new).and_then(|lease| self.outbox.claim_first(&key, lease, now))
        });
        let claimed = pushed.flatten().collect();
        for event in &commit.completes {
            self.complete_event(event);
        }
        Ok(Committed { last, claimed })
    }

    pub(super) fn complete_event(&mut self, event: &EventId) {
        if let Some(stored) = self.inbox.iter_mut().find(|stored| stored.event == *event) {
            (stored.due, stored.body) = (None, Box::default());
        }
    }

    pub(super) fn charges_of(&self, reference: &Reference) -> Vec<ChargeId> {
        let charges = self.charges.iter().filter(|(_, owner)| *owner == reference);
        charges.map(|(charge, _)| charge.clone()).collect()
    }

    /// The last entry of a payment.
    fn last(&self, reference: &Reference) -> Seq {
        let entries = self.journals.get(reference).map_or(0, Vec::len) as u64;
        Seq::new(self.pruned_to(reference).get() + entries)
    }

    fn pruned_to(&self, reference: &Reference) -> Seq {
        self.pruned.get(reference).copied().unwrap_or_default()
    }

    pub(super) fn prune(&mut self, prune: Prune) -> Result<PruneOutcome, StoreError> {
        let Prune { reference, expected, entry } = prune;
        let found = self.last(&reference);
        if found != expected || found == Seq::ZERO {
            return Err(StoreErrorKind::Conflict { expected, found }.into());
        }
        if self.deadlines.contains_key(&reference) || self.outbox.has_pending(&reference) {
            return Ok(PruneOutcome::Waiting);
        }
        self.outbox.remove_ended(&reference);
        self.snapshots.remove(&reference);
        self.pruned.insert(reference.clone(), expected);
        self.journals.insert(reference, vec![entry]);
        Ok(PruneOutcome::Pruned)
    }

    /// A position is the number of an event among those that are left.
    pub(super) fn prune_events(
        &mut self,
        age: Duration,
        (after, limit): (u64, usize),
        now: Timestamp,
    ) -> PrunedEvents {
        let latest = now.saturating_add_millis(-term_millis(age));
        let (before, first) = (self.inbox.len(), usize::try_from(after).unwrap_or(usize::MAX));
        let end = first.saturating_add(limit);
        let mut numbers = 0..;
        self.inbox.retain(|stored| {
            let is_asked = numbers.next().is_some_and(|number| (first..end).contains(&number));
            !is_asked || stored.due.is_some() || stored.received_at > latest
        });
        let removed = before - self.inbox.len();
        PrunedEvents::new(removed as u64, (end < before).then_some((end - removed) as u64))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.settings.contains_key(&Setting::Closed)
    }

    pub(super) fn claim_due(&mut self, request: ClaimRequest, now: Timestamp) -> Vec<DuePayment> {
        let due = self.deadlines.iter().filter(|(_, due)| due.is_due(now));
        let mut due: Vec<_> = due.map(|(reference, due)| (due.at, reference.clone())).collect();
        due.sort();
        due.truncate(request.limit);
        self.claims += 1;
        let claimed = due.into_iter().map(|(_, reference)| {
            self.deadlines.insert(reference.clone(), Due::leased(now, request.lease, self.claims));
            DuePayment::new(reference, ClaimToken::new(self.claims))
        });
        claimed.collect()
    }

    /// Lets the leases of rows under their claims end in so long.
    pub(super) fn renew(&mut self, held: &[Held], lease: Duration, now: Timestamp) {
        for held in held {
            match held {
                Held::Payment(reference, claim) => {
                    if let Some(due) = self.deadlines.get_mut(reference) {
                        due.renew(claim.get(), lease, now);
                    }
                }
                Held::Event(event, claim) => {
                    let found = self.inbox.iter_mut().find(|stored| stored.event == *event);
                    if let Some(due) = found.and_then(|stored| stored.due.as_mut()) {
                        due.renew(claim.get(), lease, now);
                    }
                }
                Held::Message(key, claim) => self.outbox.renew(key, *claim, lease, now),
            }
        }
    }

    pub(super) fn claim_events(&mut self, request: ClaimRequest, now: Timestamp) -> Vec<InboxEvent> {
        self.claims += 1;
        let claim = self.claims;
        let ready = |stored: &&mut PendingEvent| stored.due.is_some_and(|due| due.is_due(now));
        self.inbox
            .iter_mut()
            .filter(ready)
            .take(request.limit)
            .map(|stored| {
                stored.due = Some(Due::leased(now, request.lease, claim));
                InboxEvent::new(stored.event.clone(), stored.body.clone(), ClaimToken::new(claim))
            })
            .collect()
    }

    pub(super) fn claim_job(&mut self, job: &str, request: ClaimRequest, now: Timestamp) -> bool {
        let is_due = self.jobs.get(job).is_none_or(|due| due.is_due(now));
        if is_due {
            self.jobs.insert(job.to_owned(), Due::after(now, request.lease));
        }
        is_due
    }

    /// Corrects rows that were set in the future of the clock.
    pub(super) fn correct(&mut self, now: Timestamp) {
        self.deadlines.values_mut().chain(self.jobs.values_mut()).for_each(|due| due.correct(now));
        for stored in &mut self.inbox {
            stored.received_at = stored.received_at.min(now);
            if let Some(due) = &mut stored.due {
                due.correct(now);
            }
        }
        self.outbox.correct(now);
        self.highest.corrected(now);
    }

    pub(super) fn read_journal(&self, reference: &Reference, after: Seq) -> Vec<Entry> {
        let entries = self.journals.get(reference).map(Vec::as_slice).unwrap_or_default();
        let first = self.pruned_to(reference).next().get();
        let entries = (first..).map(Seq::new).zip(entries).filter(|(seq, _)| *seq > after);
        entries.map(|(seq, bytes)| Entry { seq, bytes: bytes.clone() }).collect()
    }

    /// All rows of one kind, as a copy has them.
    pub(super) fn rows(&self, kind: RowKind, now: Timestamp) -> Vec<Row> {
        match kind {
            RowKind::Payment => {
                let row = |reference: &Reference| {
                    let due_in = self.deadlines.get(reference).map(|due| time_until(due.at, now));
                    let (last, pruned_to) = (self.last(reference), self.pruned_to(reference));
                    Row::Payment { reference: reference.clone(), last, pruned_to, due_in }
                };
                self.journals.keys().map(row).collect()
            }
            RowKind::Event => {
                let row = |stored: &PendingEvent| {
                    let due_in = stored.due.map(|due| time_until(due.at, now));
                    let body = due_in.map_or_else(Box::default, |_| stored.body.clone());
                    let age = time_until(now, stored.received_at);
                    Row::Event { event: stored.event.clone(), body, age, due_in }
                };
                self.inbox.iter().map(row).collect()
            }
            RowKind::Message => self.outbox.rows(now).map(Row::Message).collect(),
            RowKind::Job => {
                let row = |(name, due): (&String, &Due)| {
                    let due_in = time_until(due.at, now);
                    Row::Job { name: name.clone(), due_in }
                };
                self.jobs.iter().map(row).collect()
            }
        }
    }

    pub(super) fn insert_row(&mut self, row: Row, now: Timestamp) {
        match row {
            Row::Payment { reference, pruned_to, due_in, .. } => {
                if pruned_to > Seq::ZERO {
                    self.pruned.insert(reference.clone(), pruned_to);
                }
                if let Some(due_in) = due_in {
                    self.deadlines.insert(reference.clone(), Due::after(now, due_in));
                }
                self.journals.entry(reference).or_default();
            }
            Row::Event { event, body, age, due_in } => {
                let received_at = now.saturating_add_millis(-term_millis(age));
                let due = due_in.map(|due_in| Due::after(now, due_in));
                self.inbox.push(PendingEvent { event, body, received_at, due });
            }
            Row::Message(message) => self.outbox.insert(message, now),
            Row::Job { name, due_in } => drop(self.jobs.insert(name, Due::after(now, due_in))),
        }
    }

    pub(super) fn backlog(&self, now: Timestamp) -> Backlog {
        let inbox = self.inbox.iter().filter_map(|stored| Some((stored.received_at, stored.due?)));
        let rows = self.deadlines.values().chain(self.jobs.values()).copied();
        let rows = rows.chain(inbox.clone().chain(self.outbox.pending()).map(|(_, due)| due));
        let ahead = rows.filter(|due| due.is_ahead(now)).count() as u64;
        Backlog {
            deadlines: waiting(self.deadlines.values().map(|due| due.at), now),
            inbox: waiting(inbox.map(|(received_at, _)| received_at), now),
            outbox: waiting(self.outbox.pending().map(|(stored_at, _)| stored_at), now),
            ahead,
        }
    }

    pub(super) fn next_due_in(&self, now: Timestamp) -> Option<Duration> {
        let inbox = self.inbox.iter().filter_map(|stored| stored.due);
        let due = self.deadlines.values().copied().chain(inbox).map(|due| due.at);
        due.chain(self.outbox.next_claimable_at()).min().map(|due| time_until(due, now))
    }
}

/// Counts rows, each with the time it waits since.
fn waiting(since: impl Iterator<Item = Timestamp>, now: Timestamp) -> QueueStats {
    since.fold(QueueStats::default(), |waiting, since| {
        let age = time_until(now, since);
        QueueStats { count: waiting.count + 1, age: Some(waiting.age.map_or(age, |oldest| oldest.max(age))) }
    })
}
