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
    pub(super) outbox: BTreeMap<u8, Waiting>,
    /// Messages in the order they were stored.
    pub(super) stored: Vec<u8>,
    /// When chores are due.
    pub(super) chores: BTreeMap<u8, i64>,
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
            Call::ClaimMessages(limit, lease) => {
                let found = claim(&mut self.outbox, &self.stored, now, *limit, *lease);
                let named = found.into_iter().map(|(message, claims)| (message_name(message), claims));
                Outcome::Claimed(named.collect())
            }
            Call::Complete(message, back) => self.complete(*message, *back),
            Call::ClaimChore(chore, lease) => {
                let due = self.chores.get(chore).is_none_or(|due| *due <= now);
                if due {
                    self.chores.insert(*chore, now + lease);
                }
                Outcome::Truth(due)
            }
            Call::PutOff(chore, due) => {
                self.chores.insert(*chore, now + due);
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
                self.outbox.insert(*message, waiting);
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

    fn complete(&mut self, message: u8, back: u8) -> Outcome {
        match self.outbox.get_mut(&message) {
            Some(waiting) if waiting.claims > 0 && back == 0 => {
                waiting.visible_at = None;
                Outcome::Done
            }
            _ => Outcome::Stale,
        }
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
