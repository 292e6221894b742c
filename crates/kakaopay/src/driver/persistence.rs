//! Stores the steps of a payment: each before its requests leave, and also while the store fails for a moment.

use std::time::Duration;

use kakaopay_flows::{Deadline, Input, JournalEntry, Output, Payment, PaymentEvent, Record, Response};
use kakaopay_store::{
    ClaimedMessage, Commit, DeadlineChange, Held, Lane, OutboxMessage, Seq, Store, StoreError, StoreErrorKind,
};
use kakaopay_transport::SendBy;
use kakaopay_types::{Reference, Timestamp};
use tokio::time::{Instant, sleep};

use super::along::{Along, Postponed};
use super::desk::Reserved;
use super::engine::{Applied, Engine};
use super::leases::LEASE;
use super::pending_request::{Begun, PendingRequest, send_by};
use super::rehydrate::SNAPSHOT_EVERY;
use super::repeated::REPEAT_AFTER_MILLIS;
use crate::error::Error;

/// How long a response to a mutation is stored again and again: a busy store or a lost connection usually recovers
/// within it.
const STORE_FOR: Duration = Duration::from_secs(10);
/// How long a response to a read is: another read is planned, maybe hours later, and a mutation may wait behind it.
const STORE_READ_FOR: Duration = Duration::from_secs(4);
/// First wait before a response is stored again. Each further one doubles it.
const MIN_WAIT: Duration = Duration::from_millis(50);
/// Longest such wait.
const MAX_WAIT: Duration = Duration::from_secs(3);
impl<S: Store> Engine<S> {
    /// Applies a response. Storing it is retried for a while; one to a mutation exists only here. After that, the payment
    /// must look its outcome up, or read again.
    pub(super) async fn store_response(
        &self,
        reference: &Reference,
        response: Response,
        along: Along<'_>,
    ) -> Result<Applied, Error> {
        let is_of_mutation = is_of_mutation(&response);
        let input = Input::Response(response);
        let store_for = if is_of_mutation { STORE_FOR } else { STORE_READ_FOR };
        let (until, mut wait) = (Instant::now() + store_for, MIN_WAIT);
        loop {
            let error = match self.apply_along(reference, &input, along).await {
                Err(error @ (Error::Store(_) | Error::TooMuchContention(_))) => error,
                result => return result,
            };
            if Instant::now() + wait > until {
                if is_of_mutation {
                    tracing::error!(
                        reference = reference.as_str(),
                        %error,
                        "response to a mutation not stored; its outcome will be looked up",
                    );
                }
                return Err(error);
            }
            tracing::warn!(reference = reference.as_str(), %error, "failed to store a response; retrying");
            sleep(wait).await;
            wait = wait.saturating_mul(2).min(MAX_WAIT);
        }
    }

    /// Drains the payment's outputs, commits each entry with its deadline, messages and charge in
    /// one transaction, and returns the requests, which are now safe to send, and what is left to their responses.
    ///
    /// `now` is the time at which the payment planned its deadline, which the store keeps as the difference.
    pub(super) async fn persist(
        &self,
        payment: &mut Payment,
        now: Timestamp,
        begun: Begun,
        mut along: Along<'_>,
    ) -> Result<(Vec<PendingRequest>, Option<Postponed>), Error> {
        let mut requests = Vec::new();
        let mut latest = None;
        loop {
            let mut commit = Commit::new(payment.intent().reference.clone(), Seq::new(payment.seq()));
            commit.completes = std::mem::take(&mut along.completes).to_vec();
            let (mut deadline, postponed) = (None, along.postponed.take());
            let mut entry = None;
            while let Some(output) = payment.poll_output() {
                match output {
                    Output::Persist(stored) => entry = Some(stored),
                    Output::Transmit(request) => {
                        requests.push(PendingRequest { request, send_by: latest.clone() });
                    }
                    Output::Deadline(changed) => deadline = Some(changed),
                    Output::Event(event) => commit.messages.push(message_of(&event)),
                    // A checkout reads the address from the payment itself.
                    Output::Redirect(_) => {}
                }
            }
            commit.deadline = match (deadline, postponed) {
                (Some(Deadline::At(at)), _) | (None, Some(Postponed { at, .. })) => due_in(at, now),
                (Some(Deadline::Never), _) => DeadlineChange::Clear,
                (None, None) => DeadlineChange::Keep,
            };
            let Some(entry) = entry else {
                if let Some(Deadline::At(at)) = deadline
                    && along.may_wait
                    && latest.is_none()
                    && !requests.is_empty()
                {
                    return Ok((requests, Some(Postponed { at, seq: payment.seq() })));
                }
                if latest.is_some() && payment.seq().is_multiple_of(SNAPSHOT_EVERY) {
                    commit.snapshot = Some(payment.snapshot()?.into());
                }
                let is_empty = commit.snapshot.is_none() && commit.completes.is_empty();
                if commit.deadline == DeadlineChange::Keep && is_empty {
                    return Ok((requests, None));
                }
                match self.commit(commit, None).await.map(drop) {
                    // The entry is durable, and so are its requests.
                    Err(Error::Store(error)) if latest.is_some() => {
                        let reference = payment.intent().reference.as_str();
                        tracing::warn!(reference, %error, "snapshot not stored; the journal is complete without it");
                    }
                    result => result?,
                }
                return Ok((requests, None));
            };
            let young = send_by(begun, &self.clock);
            commit.expected = Seq::new(entry.seq.saturating_sub(1));
            commit.entry = Some(entry.to_marked_bytes(&self.marks.next()).into());
            commit.charge = entry.records.iter().find_map(|record| match record {
                Record::ChargeFound { charge, .. } => Some(charge.clone()),
                _ => None,
            });
            self.commit_entry(commit, &young).await?;
            latest = Some(young);
            self.report(payment, &entry);
            payment.handle(Input::Persisted(entry.seq), entry.at)?;
        }
    }

    /// Counts and logs the records of a stored entry.
    fn report(&self, payment: &Payment, entry: &JournalEntry) {
        let reference = payment.intent().reference.as_str();
        for record in &entry.records {
            if matches!(record, Record::OutcomeUnknown) {
                self.counters.unknown_outcome();
            }
            tracing::info!(reference, seq = entry.seq, record = record.name(), "payment record stored");
            if let Record::AlertRaised { alert } = record {
                tracing::warn!(reference, seq = entry.seq, "alert raised: {alert}");
            }
        }
    }

    /// Commits an entry, and hands the messages over that it claims for this process.
    async fn commit_entry(&self, commit: Commit, young: &SendBy) -> Result<(), Error> {
        let (reference, charge) = (commit.reference.clone(), commit.charge.clone());
        let (mut places, since) = (self.desk.reserve(commit.messages.len()), Instant::now());
        let claimed = self.commit_surely(commit, places.as_ref().map(|_| LEASE), young).await?;
        for message in claimed {
            self.hand_over(places.as_mut(), message, since).await;
        }
        if let Some(charge) = charge {
            self.known_charges.add(&charge, &reference);
        }
        Ok(())
    }

    /// Commits an entry. If the store cannot say whether it did, the journal says so, and a commit that is not in it is
    /// repeated while the entry's requests may still leave: they would otherwise wait for a look-up.
    ///
    /// With a lease it claims messages, and returns them. A claim without a response is not asked for: its messages come
    /// when its lease ends.
    async fn commit_surely(
        &self,
        commit: Commit,
        lease: Option<Duration>,
        young: &SendBy,
    ) -> Result<Vec<ClaimedMessage>, Error> {
        let mut result = self.commit(commit.clone(), lease).await;
        if !is_unknown(&result) {
            return result;
        }
        for millis in REPEAT_AFTER_MILLIS {
            sleep(Duration::from_millis(millis)).await;
            match self.is_committed(&commit).await {
                Ok(Some(true)) => {
                    self.wake(!commit.messages.is_empty());
                    return Ok(Vec::new());
                }
                // Another writer was faster.
                Ok(Some(false)) => return Err(conflict(&commit).into()),
                Ok(None) if young.is_over() => return result,
                Ok(None) => result = self.commit(commit.clone(), lease).await,
                Err(_) if young.is_over() => return result,
                Err(_) => continue,
            }
            // A conflict may be with the first commit, which was still under way.
            if !is_unknown(&result) && !matches!(&result, Err(Error::Store(error)) if error.is_conflict()) {
                return result;
            }
        }
        result
    }

    /// Whether the journal has the entry of a commit; `None` if it ends before it. The mark in an entry tells it from
    /// the same step of another process, which has sent its requests.
    async fn is_committed(&self, commit: &Commit) -> Result<Option<bool>, StoreError> {
        let journal = self.store.read_journal(&commit.reference).await?;
        let found = journal.into_iter().find(|entry| entry.seq == commit.expected.next());
        Ok(found.map(|found| commit.entry.as_ref() == Some(&found.bytes)))
    }

    async fn commit(&self, commit: Commit, lease: Option<Duration>) -> Result<Vec<ClaimedMessage>, Error> {
        let messages = commit.messages.len();
        let claimed = self.store.commit_and_claim(commit, lease).await?.claimed;
        self.wake(claimed.len() < messages);
        Ok(claimed)
    }

    /// Hands a message that a commit has claimed to the loop that delivers it.
    async fn hand_over(&self, places: Option<&mut Reserved>, message: ClaimedMessage, since: Instant) {
        let lease = self.leases.hold(Held::Message(message.key.clone(), message.claim), since);
        if let Some(Err(lease)) = places.map(|places| places.hand(message, lease)) {
            // This process stops.
            self.give_back_at_once(&[lease.end()]).await;
        }
    }

    /// Wakes the loop that delivers, if there are messages. Deadlines are looked for each second.
    fn wake(&self, has_messages: bool) {
        if has_messages {
            self.desk.has_other();
            self.wakers.notify.notify_one();
        }
    }
}

/// Whether a commit may or may not have been applied.
fn is_unknown<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Store(error)) if error.kind() == StoreErrorKind::Io)
}

fn conflict(commit: &Commit) -> StoreError {
    let (expected, found) = (commit.expected, commit.expected.next());
    StoreErrorKind::Conflict { expected, found }.into()
}

fn due_in(at: Timestamp, now: Timestamp) -> DeadlineChange {
    DeadlineChange::In(Duration::from_millis(at.millis_since(now).max(0).unsigned_abs()))
}

pub(super) fn message_of(event: &PaymentEvent) -> OutboxMessage {
    // An event is plain data with text keys, so its JSON serialization cannot fail.
    let body = serde_json::to_vec(event).unwrap_or_default();
    // An event that is not an alert is about money, also one that a later version of the flows adds.
    let is_for_a_person = matches!(event, PaymentEvent::Alert { .. } | PaymentEvent::Orphaned { .. });
    let lane = if is_for_a_person { Lane::Alert } else { Lane::Ordered };
    OutboxMessage::new(event.key(), body).lane(lane)
}

/// Whether a response is one to a mutation.
fn is_of_mutation(response: &Response) -> bool {
    matches!(
        response,
        Response::Source(_) | Response::Charge { .. } | Response::Expire { .. } | Response::Refund { .. }
    )
}
