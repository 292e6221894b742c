//! A store that is compared with the model after each call.

use std::collections::BTreeMap;
use std::time::Duration;

use kakaopay::store::{
    Backlog, ClaimRequest, ClaimToken, Commit, DeadlineChange, Entry, Held, InsertOutcome, Lane,
    NewInboxEvent, OutboxMessage, Prune, PruneOutcome, QueueStats, Seq, Skip, SkipOutcome, Store, StoreError,
    StoreErrorKind,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use super::call::Call;
use super::model::{self, Model, event_name, is_alert, message_name, payment_name};
use super::outcome::Outcome;

/// Sets the clock of a store under test.
pub trait SetClock {
    /// Sets it.
    fn set(&self, now: Timestamp) -> impl Future<Output = ()>;
}

/// A store that is compared with the model after each call.
#[derive(Debug)]
pub struct CheckedStore<S, C> {
    /// The store.
    pub store: S,
    clock: C,
    model: Model,
    /// The last claim of each message, and how often it was claimed.
    claims: BTreeMap<String, (ClaimToken, i64)>,
    /// Every claim.
    held: Vec<Held>,
}

fn reference(number: u8) -> Reference {
    Reference::parse(&payment_name(number)).expect("a reference")
}

fn charge(number: u8) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{number}")).expect("a charge")
}

fn event(number: u8) -> EventId {
    EventId::parse(&event_name(number)).expect("an event")
}

fn entry_bytes(payment: u8, seq: u64) -> Box<[u8]> {
    format!("entry {seq} of {payment}").into_bytes().into()
}

fn snapshot_bytes(payment: u8, seq: u64) -> Box<[u8]> {
    format!("all of {payment} up to {seq}").into_bytes().into()
}

/// Counts since when things wait.
fn waiting(since: impl Iterator<Item = i64>, now: i64) -> QueueStats {
    let since: Vec<_> = since.collect();
    QueueStats::new(since.len() as u64, since.iter().min().map(|since| term(now - since)))
}

/// So many seconds, none if they are over.
fn term(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn done_or_stale(result: Result<(), StoreError>) -> Result<Outcome, StoreError> {
    match result {
        Ok(()) => Ok(Outcome::Done),
        Err(error) if error.kind() == StoreErrorKind::StaleClaim => Ok(Outcome::Stale),
        Err(error) => Err(error),
    }
}

impl<S: Store, C: SetClock> CheckedStore<S, C> {
    /// An empty store, whose clock begins in 1970.
    #[must_use]
    pub fn new(store: S, clock: C) -> Self {
        Self { store, clock, model: Model::default(), claims: BTreeMap::new(), held: Vec::new() }
    }

    /// Makes a call of the store and of the model, and holds the one to the other.
    ///
    /// # Panics
    /// If they differ.
    pub async fn apply(&mut self, call: &Call) {
        let outcome = self.call_store(call).await.expect("no trouble");
        self.model = std::mem::take(&mut self.model).after(call);
        self.clock.set(Timestamp::UNIX_EPOCH.saturating_add_seconds(self.model.now)).await;
        assert_eq!(outcome, self.model.outcome, "{call:?}");
        self.check().await.expect("no trouble");
    }

    async fn call_store(&mut self, call: &Call) -> Result<Outcome, StoreError> {
        let lease = |limit: &usize, seconds: &i64| ClaimRequest::new(term(*seconds), *limit);
        Ok(match call {
            Call::Commit { .. } => return self.commit(call).await,
            Call::Prune { payment, off } => return self.prune(*payment, *off).await,
            Call::PruneEvents(age, limit) => {
                Outcome::Stored(self.store.prune_events(term(*age), 0, *limit).await?.removed)
            }
            Call::Receive(number) => {
                let body = event_name(*number).into_bytes();
                let delivery = NewInboxEvent::new(event(*number), body);
                Outcome::Truth(self.store.insert_event(delivery).await? == InsertOutcome::Inserted)
            }
            Call::ClaimEvents(limit, seconds) => {
                let events = self.store.claim_events(lease(limit, seconds)).await?;
                assert!(events.iter().all(|found| found.event.as_str().as_bytes() == &*found.body));
                self.held.extend(events.iter().map(|found| Held::Event(found.event.clone(), found.claim)));
                Outcome::Claimed(events.into_iter().map(|found| (found.event.to_string(), 0)).collect())
            }
            Call::FinishEvent(number) => {
                self.store.complete_event(&event(*number)).await?;
                Outcome::Done
            }
            Call::ClaimDue(limit, seconds) => {
                let due = self.store.claim_due(lease(limit, seconds)).await?;
                self.held.extend(due.iter().map(|due| Held::Payment(due.reference.clone(), due.claim)));
                Outcome::Claimed(due.iter().map(|due| (due.reference.to_string(), 0)).collect())
            }
            Call::ClaimMessages(limit, seconds) => {
                let mut claimed = Vec::new();
                for message in self.store.claim_messages(lease(limit, seconds)).await? {
                    assert_eq!(message.key.as_bytes(), &*message.body);
                    let before = self.claims.get(&message.key).copied();
                    assert!(before.is_none_or(|(claim, _)| claim.get() < message.claim.get()));
                    let claims = before.map_or(0, |(_, claims)| claims) + 1;
                    self.claims.insert(message.key.clone(), (message.claim, claims));
                    self.held.push(Held::Message(message.key.clone(), message.claim));
                    claimed.push((message.key, claims, message.failures));
                }
                Outcome::Messages(claimed)
            }
            Call::Renew(seconds) => {
                self.store.renew(&self.held, term(*seconds)).await?;
                Outcome::Done
            }
            Call::Complete(number, back) => {
                let (key, claim) = self.claim_of(*number, *back);
                done_or_stale(self.store.complete_message(&key, claim).await)?
            }
            Call::Fail(number, back, seconds) => {
                let (key, claim) = self.claim_of(*number, *back);
                done_or_stale(self.store.fail_message(&key, claim, term(*seconds)).await)?
            }
            Call::Skip(number) => self.skip(*number).await?,
            Call::ClaimJob(job, seconds) => {
                Outcome::Truth(self.store.claim_job(&job.to_string(), lease(&1, seconds)).await?)
            }
            Call::PutOff(job, seconds) => {
                self.store.reschedule_job(&job.to_string(), term(*seconds)).await?;
                Outcome::Done
            }
            Call::Wait(_) | Call::SetBack(_) | Call::Reopen => Outcome::Done,
        })
    }

    /// The key of a message, and its last claim minus so many.
    fn claim_of(&self, number: u8, back: u8) -> (String, ClaimToken) {
        let key = message_name(number);
        let last = self.claims.get(&key).map_or(0, |(claim, _)| claim.get());
        (key, ClaimToken::new(last.saturating_sub(u64::from(back))))
    }

    async fn skip(&self, number: u8) -> Result<Outcome, StoreError> {
        let skip = |seconds| Skip::new("Mina", format!("at {seconds}"));
        Ok(match self.store.skip_message(&message_name(number), skip(self.model.now)).await? {
            SkipOutcome::Skipped => Outcome::Skipped(None),
            SkipOutcome::AlreadySkipped { skip: kept, at } => {
                let seconds = at.millis_since(Timestamp::UNIX_EPOCH) / 1_000;
                assert_eq!(kept, skip(seconds));
                Outcome::Skipped(Some(seconds))
            }
            SkipOutcome::AlreadyCompleted => Outcome::NotSkipped { completed: true },
            SkipOutcome::NotFound => Outcome::NotSkipped { completed: false },
        })
    }

    async fn prune(&self, payment: u8, off: i8) -> Result<Outcome, StoreError> {
        let expected = self.model.expected(payment, off);
        let entry = entry_bytes(payment, expected + 1);
        match self.store.prune(Prune::new(reference(payment), Seq::new(expected), entry)).await {
            Ok(outcome) => Ok(Outcome::Truth(outcome == PruneOutcome::Pruned)),
            Err(error) => match error.kind() {
                StoreErrorKind::Conflict { found, .. } => Ok(Outcome::Conflict { found: found.get() }),
                _ => Err(error),
            },
        }
    }

    async fn commit(&mut self, call: &Call) -> Result<Outcome, StoreError> {
        let Call::Commit { payment, off, entry, snapshot, deadline, messages, charge: bound } = call else {
            return Ok(Outcome::Done);
        };
        let expected = self.model.expected(*payment, *off);
        let last = expected + u64::from(*entry);
        let mut step = Commit::new(reference(*payment), Seq::new(expected));
        step.entry = entry.then(|| entry_bytes(*payment, last));
        step.snapshot = snapshot.then(|| snapshot_bytes(*payment, last));
        step.deadline = match deadline {
            None => DeadlineChange::Keep,
            Some(None) => DeadlineChange::Clear,
            Some(Some(seconds)) => DeadlineChange::In(term(*seconds)),
        };
        let message = |number: &_| {
            let lane = if is_alert(*number) { Lane::Alert } else { Lane::Ordered };
            OutboxMessage::new(message_name(*number), message_name(*number).into_bytes()).lane(lane)
        };
        step.messages = messages.iter().map(message).collect();
        step.charge = bound.map(charge);
        match self.store.commit(step).await {
            Ok(seq) => Ok(Outcome::Stored(seq.get())),
            Err(error) => match error.kind() {
                StoreErrorKind::Conflict { expected: said, found } => {
                    assert_eq!(said.get(), expected);
                    Ok(Outcome::Conflict { found: found.get() })
                }
                StoreErrorKind::ChargeConflict => Ok(Outcome::ChargeTaken),
                _ => Err(error),
            },
        }
    }

    /// Holds everything that can be read to the model.
    async fn check(&self) -> Result<(), StoreError> {
        // First, since other calls correct what was set ahead.
        self.check_backlog().await?;
        let model = &self.model;
        for number in 0..4 {
            let payment = model.payments.get(&number).cloned().unwrap_or_default();
            let entry = |seq| Entry::new(Seq::new(seq), entry_bytes(number, seq));
            let journal: Vec<_> = (payment.pruned + 1..=payment.entries).map(entry).collect();
            assert_eq!(self.store.read_journal(&reference(number)).await?, journal);
            let loaded = self.store.load(&reference(number)).await?;
            let snapshot = payment.snapshot.map(|seq| Entry::new(Seq::new(seq), snapshot_bytes(number, seq)));
            let after = payment.snapshot.unwrap_or(payment.pruned);
            assert_eq!(
                (loaded.snapshot, loaded.entries),
                (snapshot, (after + 1..=payment.entries).map(entry).collect())
            );
        }
        for number in 0..5 {
            let owner = model.charges.get(&number).map(|payment| reference(*payment));
            assert_eq!(self.store.find_by_charge(&charge(number)).await?, owner);
        }
        let with_entries = model.payments.iter().filter(|(_, payment)| payment.entries > 0);
        let payments: Vec<_> = with_entries.map(|(number, _)| reference(*number)).collect();
        assert_eq!(self.store.list_payments(None, 100).await?, payments);
        self.check_wake().await
    }

    async fn check_backlog(&self) -> Result<(), StoreError> {
        let model = &self.model;
        let open = |one: &model::Waiting| one.due.is_some().then_some(one.since);
        let deadlines = model.payments.values().filter_map(|payment| payment.deadline);
        let backlog = Backlog::new(
            waiting(deadlines.map(|due| due.at), model.now),
            waiting(model.inbox.values().filter_map(open), model.now),
            waiting(model.outbox.values().filter_map(|message| open(&message.waiting)), model.now),
        );
        let found = self.store.backlog().await?;
        // A store may count messages that wait behind one which was set ahead.
        assert!(found.ahead >= model.ahead, "{} ahead, and {} by the model", found.ahead, model.ahead);
        assert_eq!(found, backlog.ahead(found.ahead));
        assert_eq!(self.store.backlog().await?.ahead, 0);
        Ok(())
    }

    async fn check_wake(&self) -> Result<(), StoreError> {
        let model = &self.model;
        let deadlines = model.payments.values().filter_map(|payment| payment.deadline);
        let events = model.inbox.values().filter_map(|one| one.due);
        let messages = model.claimable().into_iter().map(|(visible_at, ..)| visible_at);
        let wake = deadlines.chain(events).map(|due| due.at).chain(messages).min();
        let found = self.store.next_due_in().await?;
        assert_eq!(found, wake.map(|wake| term(wake.saturating_sub(model.now))));
        Ok(())
    }
}
