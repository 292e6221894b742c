//! A store as the contract describes it, in maps from numbers to numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::outcome::Outcome;

/// A payment.
#[derive(Debug, Clone, Default)]
pub(super) struct Payment {
    /// How many entries it has.
    pub(super) entries: u64,
    /// The entry its snapshot was taken at.
    pub(super) snapshot: Option<u64>,
    /// When it wants to be woken, in seconds.
    pub(super) deadline: Option<i64>,
}

/// Something that waits to be done once.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// Since when, in seconds.
    pub(super) since: i64,
    /// When it may be claimed; `None` once it is done.
    pub(super) visible_at: Option<i64>,
    /// How often it was claimed.
    pub(super) claims: i64,
}

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Its payment.
    pub(super) payment: u8,
    /// Since when, when it may be claimed, and how often it was.
    pub(super) waiting: Waiting,
    /// Whether the last claim is still valid.
    pub(super) claimed: bool,
    /// How often it failed.
    pub(super) failures: u32,
    /// When a person skipped it.
    pub(super) skipped_at: Option<i64>,
}

/// A store as the contract describes it.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The time, in seconds.
    pub(super) now: i64,
    /// Payments by number.
    pub(super) payments: BTreeMap<u8, Payment>,
    /// Which payment a charge belongs to.
    pub(super) charges: BTreeMap<u8, u8>,
    /// Webhooks by number.
    pub(super) inbox: BTreeMap<u8, Waiting>,
    /// Webhooks in the order they came.
    pub(super) arrivals: Vec<u8>,
    /// Messages by number.
    pub(super) outbox: BTreeMap<u8, Message>,
    /// Messages in the order they were stored.
    pub(super) stored: Vec<u8>,
    /// When jobs are due.
    pub(super) jobs: BTreeMap<u8, i64>,
    /// The result of the last call.
    pub(super) outcome: Outcome,
}

/// The names a store knows things by.
pub(super) fn payment_name(number: u8) -> String {
    format!("order-{number}")
}

/// The same of messages.
pub(super) fn message_name(number: u8) -> String {
    format!("message/{number}")
}

/// Whether a message is an alert. The others are ordered.
pub(super) fn is_alert(number: u8) -> bool {
    number % 4 == 3
}

/// The same of webhooks.
pub(super) fn event_name(number: u8) -> String {
    format!("evnt_test_{number}")
}

impl Model {
    /// The model after a call.
    #[must_use]
    pub fn after(mut self, call: &Call) -> Self {
        let now = self.now;
        self.outcome = match call {
            Call::Commit { .. } => self.commit(call),
            Call::Receive(event) => {
                let new = !self.inbox.contains_key(event);
                if new {
                    self.inbox.insert(*event, Waiting { since: now, visible_at: Some(now), claims: 0 });
                    self.arrivals.push(*event);
                }
                Outcome::Truth(new)
            }
            Call::ClaimEvents(limit, lease) => {
                let found = claim(&mut self.inbox, &self.arrivals, now, *limit, *lease);
                Outcome::Claimed(found.into_iter().map(|(event, _)| (event_name(event), 0)).collect())
            }
            Call::FinishEvent(event) => {
                if let Some(waiting) = self.inbox.get_mut(event) {
                    waiting.visible_at = None;
                }
                Outcome::Done
            }
            Call::ClaimDue(limit, lease) => self.claim_due(*limit, *lease),
            Call::ClaimMessages(limit, lease) => self.claim_messages(*limit, *lease),
            Call::Complete(message, back) => self.complete(*message, *back),
            Call::Fail(message, back, seconds) => self.fail(*message, *back, *seconds),
            Call::Skip(message) => self.skip(*message),
            Call::ClaimJob(job, lease) => {
                let due = self.jobs.get(job).is_none_or(|due| *due <= now);
                if due {
                    self.jobs.insert(*job, now + lease);
                }
                Outcome::Truth(due)
            }
            Call::PutOff(job, due) => {
                self.jobs.insert(*job, now + due);
                Outcome::Done
            }
            Call::Wait(seconds) => {
                self.now += seconds;
                Outcome::Done
            }
            Call::Reopen => Outcome::Done,
        };
        self
    }

    fn commit(&mut self, call: &Call) -> Outcome {
        let Call::Commit { payment, off, entry, snapshot, deadline, messages, charge } = call else {
            return Outcome::Done;
        };
        let found = self.payments.get(payment).map_or(0, |payment| payment.entries);
        if self.expected(*payment, *off) != found {
            return Outcome::Conflict { found };
        }
        if let Some(charge) = charge {
            if self.charges.get(charge).is_some_and(|owner| owner != payment) {
                return Outcome::ChargeTaken;
            }
            self.charges.insert(*charge, *payment);
        }
        let own = self.payments.entry(*payment).or_default();
        own.entries += u64::from(*entry);
        if *snapshot && own.entries > 0 {
            own.snapshot = Some(own.entries);
        }
        if let Some(change) = deadline {
            own.deadline = change.map(|seconds| self.now + seconds);
        }
        let last = own.entries;
        for message in messages {
            if !self.outbox.contains_key(message) {
                let waiting = Waiting { since: self.now, visible_at: Some(i64::MIN), claims: 0 };
                let (payment, claimed, failures, skipped_at) = (*payment, false, 0, None);
                self.outbox.insert(*message, Message { payment, waiting, claimed, failures, skipped_at });
                self.stored.push(*message);
            }
        }
        Outcome::Stored(last)
    }

    /// The last entry that a writer expects.
    #[must_use]
    pub fn expected(&self, payment: u8, off: i8) -> u64 {
        let found = self.payments.get(&payment).map_or(0, |payment| payment.entries);
        found.saturating_add_signed(off.into())
    }

    fn claim_due(&mut self, limit: usize, lease: i64) -> Outcome {
        let now = self.now;
        let due: BTreeSet<(i64, String, u8)> = self
            .payments
            .iter()
            .filter_map(|(number, payment)| Some((payment.deadline?, payment_name(*number), *number)))
            .filter(|(at, ..)| *at <= now)
            .collect();
        let taken: Vec<_> = due.into_iter().take(limit).collect();
        for (.., number) in &taken {
            if let Some(payment) = self.payments.get_mut(number) {
                payment.deadline = Some(now + lease);
            }
        }
        Outcome::Claimed(taken.into_iter().map(|(at, name, _)| (name, at)).collect())
    }

    /// The messages that wait for no other: when each can be claimed, its place, and its number.
    pub(super) fn claimable(&self) -> BTreeSet<(i64, usize, u8)> {
        let pending = |number: &u8| self.outbox.get(number).and_then(|message| message.waiting.visible_at);
        let mut found = BTreeSet::new();
        for (place, number) in self.stored.iter().enumerate() {
            let Some(visible_at) = pending(number) else { continue };
            let payment = self.outbox.get(number).map(|message| message.payment);
            let is_earlier = |earlier: &&u8| {
                !is_alert(**earlier) && self.outbox.get(earlier).map(|message| message.payment) == payment
            };
            let waits =
                self.stored.iter().take(place).filter(is_earlier).any(|earlier| pending(earlier).is_some());
            if is_alert(*number) || !waits {
                found.insert((visible_at, place, *number));
            }
        }
        found
    }

    fn claim_messages(&mut self, limit: usize, lease: i64) -> Outcome {
        let now = self.now;
        let ready = self.claimable().into_iter().filter(|(visible_at, ..)| *visible_at <= now);
        let mut claimed = Vec::new();
        for (.., number) in ready.take(limit).collect::<Vec<_>>() {
            if let Some(message) = self.outbox.get_mut(&number) {
                message.waiting.visible_at = Some(now + lease);
                message.waiting.claims += 1;
                message.claimed = true;
                claimed.push((message_name(number), message.waiting.claims, message.failures));
            }
        }
        Outcome::Messages(claimed)
    }

    /// The message, if the claim is valid.
    fn claimed(&mut self, message: u8, back: u8) -> Option<&mut Message> {
        self.outbox.get_mut(&message).filter(|message| message.claimed && back == 0)
    }

    fn complete(&mut self, message: u8, back: u8) -> Outcome {
        let Some(message) = self.claimed(message, back) else { return Outcome::Stale };
        message.waiting.visible_at = None;
        Outcome::Done
    }

    fn fail(&mut self, message: u8, back: u8, seconds: i64) -> Outcome {
        let retry_at = self.now + seconds;
        let claimed = self.claimed(message, back).filter(|message| message.waiting.visible_at.is_some());
        let Some(message) = claimed else { return Outcome::Stale };
        message.waiting.visible_at = Some(retry_at);
        message.claimed = false;
        message.failures += 1;
        Outcome::Done
    }

    fn skip(&mut self, message: u8) -> Outcome {
        let now = self.now;
        let Some(message) = self.outbox.get_mut(&message) else {
            return Outcome::NotSkipped { completed: false };
        };
        if message.skipped_at.is_some() {
            return Outcome::Skipped(message.skipped_at);
        }
        if message.waiting.visible_at.is_none() {
            return Outcome::NotSkipped { completed: true };
        }
        message.waiting.visible_at = None;
        message.claimed = false;
        message.skipped_at = Some(now);
        Outcome::Skipped(None)
    }
}

/// Claims visible rows, oldest first.
fn claim(
    waiting: &mut BTreeMap<u8, Waiting>,
    order: &[u8],
    now: i64,
    limit: usize,
    lease: i64,
) -> Vec<(u8, i64)> {
    let visible =
        |number: &&u8| waiting.get(number).and_then(|one| one.visible_at).is_some_and(|at| at <= now);
    let taken: Vec<u8> = order.iter().filter(visible).take(limit).copied().collect();
    let mut found = Vec::new();
    for number in taken {
        if let Some(one) = waiting.get_mut(&number) {
            one.visible_at = Some(now + lease);
            one.claims += 1;
            found.push((number, one.claims));
        }
    }
    found
}
