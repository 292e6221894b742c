//! A store as the contract describes it, in maps from numbers to numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::outcome::Outcome;

/// A payment.
#[derive(Debug, Clone, Default)]
pub(super) struct Payment {
    /// How many entries it has had.
    pub(super) entries: u64,
    /// How many of them were pruned.
    pub(super) pruned: u64,
    /// The entry its snapshot was taken at.
    pub(super) snapshot: Option<u64>,
    /// When it wants to be woken.
    pub(super) deadline: Option<Due>,
    /// Whether that is the end of a lease.
    pub(super) claimed: bool,
}

/// When something is due, and when that was set, in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) at: i64,
    pub(super) set_at: i64,
}

impl Due {
    fn after(now: i64, seconds: i64) -> Self {
        Self { at: now + seconds, set_at: now }
    }

    /// Something that was set in the future is due after two minutes, or after its lease.
    fn correct(&mut self, now: i64, is_claimed: bool) -> bool {
        let is_ahead = self.set_at > now;
        if is_ahead {
            let term = if is_claimed { self.at - self.set_at } else { 120 };
            *self = Self { at: self.at.min(now + term), set_at: now };
        }
        is_ahead
    }
}

/// Something that waits to be done once.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// Since when, in seconds.
    pub(super) since: i64,
    /// When it may be claimed; `None` once it is done.
    pub(super) due: Option<Due>,
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
    pub(super) jobs: BTreeMap<u8, Due>,
    /// How much was set in the future when the clock was last set.
    pub(super) ahead: u64,
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
        self.ahead = 0;
        self.outcome = match call {
            Call::Commit { .. } => self.commit(call),
            Call::Prune { payment, off } => self.prune(*payment, *off),
            Call::PruneEvents(age, limit) => {
                let (inbox, mut position) = (&mut self.inbox, 0);
                let before = inbox.len();
                self.arrivals.retain(|event| {
                    position += 1;
                    let stays = position > *limit
                        || inbox.get(event).is_some_and(|one| one.due.is_some() || one.since > now - age);
                    if !stays {
                        inbox.remove(event);
                    }
                    stays
                });
                Outcome::Stored((before - inbox.len()) as u64)
            }
            Call::Receive(event) => {
                let new = !self.inbox.contains_key(event);
                if new {
                    self.inbox
                        .insert(*event, Waiting { since: now, due: Some(Due::after(now, 0)), claims: 0 });
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
                    waiting.due = None;
                }
                Outcome::Done
            }
            Call::ClaimDue(limit, lease) => self.claim_due(*limit, *lease),
            Call::ClaimMessages(limit, lease) => self.claim_messages(*limit, *lease),
            Call::Renew(seconds) => self.renew(*seconds),
            Call::Complete(message, back) => self.complete(*message, *back),
            Call::Fail(message, back, seconds) => self.fail(*message, *back, *seconds),
            Call::Skip(message) => self.skip(*message),
            Call::ClaimJob(job, lease) => {
                let due = self.jobs.get(job).is_none_or(|due| due.at <= now);
                if due {
                    self.jobs.insert(*job, Due::after(now, *lease));
                }
                Outcome::Truth(due)
            }
            Call::PutOff(job, due) => {
                self.jobs.insert(*job, Due::after(now, *due));
                Outcome::Done
            }
            Call::Wait(seconds) => {
                self.now += seconds;
                Outcome::Done
            }
            Call::SetBack(seconds) => {
                self.set_back(*seconds);
                Outcome::Done
            }
            Call::Reopen => Outcome::Done,
        };
        self
    }

    fn prune(&mut self, number: u8, off: i8) -> Outcome {
        let expected = self.expected(number, off);
        let found = self.payments.get(&number).map_or(0, |payment| payment.entries);
        let Some(payment) = self.payments.get_mut(&number).filter(|_| expected == found && found > 0) else {
            return Outcome::Conflict { found };
        };
        if payment.deadline.is_some() {
            return Outcome::Truth(false);
        }
        *payment = Payment { entries: found + 1, pruned: found, ..Payment::default() };
        Outcome::Truth(true)
    }

    /// The store's clock is set back, and everything that was set in its future is corrected.
    fn set_back(&mut self, seconds: i64) {
        self.now = (self.now - seconds).max(0);
        let now = self.now;
        let events = self.inbox.values_mut().map(|event| {
            let is_claimed = event.claims > 0;
            (event, is_claimed)
        });
        let messages = self.outbox.values_mut().map(|message| (&mut message.waiting, message.claimed));
        let waiting = events.chain(messages).filter_map(|(one, is_claimed)| {
            let due = one.due.as_mut()?;
            one.since = one.since.min(now);
            Some((due, is_claimed))
        });
        let deadlines =
            self.payments.values_mut().filter_map(|one| one.deadline.as_mut().map(|due| (due, one.claimed)));
        let others = deadlines.chain(self.jobs.values_mut().map(|due| (due, false)));
        self.ahead =
            waiting.chain(others).map(|(due, is_claimed)| u64::from(due.correct(now, is_claimed))).sum();
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
            own.deadline = change.map(|seconds| Due::after(self.now, seconds));
            own.claimed = false;
        }
        let last = own.entries;
        for message in messages {
            if !self.outbox.contains_key(message) {
                let due = Some(Due { at: i64::MIN, set_at: self.now });
                let waiting = Waiting { since: self.now, due, claims: 0 };
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
            .filter_map(|(number, payment)| Some((payment.deadline?.at, payment_name(*number), *number)))
            .filter(|(at, ..)| *at <= now)
            .collect();
        let taken: Vec<_> = due.into_iter().take(limit).collect();
        for (.., number) in &taken {
            if let Some(payment) = self.payments.get_mut(number) {
                payment.deadline = Some(Due::after(now, lease));
                payment.claimed = true;
            }
        }
        Outcome::Claimed(taken.into_iter().map(|(_, name, _)| (name, 0)).collect())
    }

    /// Lets each lease end in so long.
    fn renew(&mut self, seconds: i64) -> Outcome {
        let due = Due::after(self.now, seconds);
        let payments = self.payments.values_mut().filter(|payment| payment.claimed);
        let payments = payments.filter_map(|payment| payment.deadline.as_mut());
        let events = self.inbox.values_mut().filter(|event| event.claims > 0);
        let messages = self.outbox.values_mut().filter(|message| message.claimed);
        let waiting = events.chain(messages.map(|message| &mut message.waiting));
        payments.chain(waiting.filter_map(|one| one.due.as_mut())).for_each(|lease| *lease = due);
        Outcome::Done
    }

    /// The messages that wait for no other: when each can be claimed, its place, and its number.
    pub(super) fn claimable(&self) -> BTreeSet<(i64, usize, u8)> {
        let pending = |number: &u8| Some(self.outbox.get(number)?.waiting.due?.at);
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
                message.waiting.due = Some(Due::after(now, lease));
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
        message.waiting.due = None;
        Outcome::Done
    }

    fn fail(&mut self, message: u8, back: u8, seconds: i64) -> Outcome {
        let retry = Due::after(self.now, seconds);
        let claimed = self.claimed(message, back).filter(|message| message.waiting.due.is_some());
        let Some(message) = claimed else { return Outcome::Stale };
        message.waiting.due = Some(retry);
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
        if message.waiting.due.is_none() {
            return Outcome::NotSkipped { completed: true };
        }
        message.waiting.due = None;
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
    let visible = |number: &&u8| waiting.get(number).and_then(|one| one.due).is_some_and(|due| due.at <= now);
    let taken: Vec<u8> = order.iter().filter(visible).take(limit).copied().collect();
    let mut found = Vec::new();
    for number in taken {
        if let Some(one) = waiting.get_mut(&number) {
            one.due = Some(Due::after(now, lease));
            one.claims += 1;
            found.push((number, one.claims));
        }
    }
    found
}
