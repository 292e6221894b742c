//! The messages of the store in memory.

use std::collections::BTreeSet;
use std::time::Duration;

use kakaopay_types::{Reference, Timestamp};

use super::due::Due;
use crate::error::{StoreError, StoreErrorKind};
use crate::outbox::{ClaimToken, ClaimedMessage, Lane, OutboxMessage, Skip, SkipOutcome};
use crate::row::{self, StoredMessage};
use crate::term::{term_millis, time_until};
use crate::work::ClaimRequest;

/// All messages, in the order they were stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Outbox(Vec<PendingMessage>);

#[derive(Debug, Clone)]
struct PendingMessage {
    key: String,
    reference: Reference,
    body: Box<[u8]>,
    lane: Lane,
    stored_at: Timestamp,
    /// The number of the valid claim. Each claim and each failure raises it.
    claim: u64,
    failures: u32,
    state: MessageState,
}

#[derive(Debug, Clone)]
enum MessageState {
    /// Can be claimed once it is due, if it waits for no other message.
    Pending(Due),
    Completed,
    Skipped {
        skip: Skip,
        at: Timestamp,
    },
}

impl PendingMessage {
    /// Whether it is of a payment, and its key begins with the payment's reference and `/`.
    fn is_named_after(&self, reference: &Reference) -> bool {
        let rest = self.key.strip_prefix(reference.as_str());
        self.reference == *reference && rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Outbox {
    /// Stores a message, unless its key was stored before. Returns whether it is new.
    pub(super) fn push(
        &mut self,
        reference: &Reference,
        message: OutboxMessage,
        stored_at: Timestamp,
    ) -> bool {
        if self.0.iter().any(|known| known.key == message.key) {
            return false;
        }
        let OutboxMessage { key, body, lane } = message;
        let state = MessageState::Pending(Due::first(stored_at));
        let reference = reference.clone();
        self.0.push(PendingMessage { key, reference, body, lane, stored_at, claim: 0, failures: 0, state });
        true
    }

    /// Claims a message, if it waits for no other.
    pub(super) fn claim_first(
        &mut self,
        key: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Option<ClaimedMessage> {
        let found = self.claimable().into_iter().find(|(_, index)| self.0[*index].key == key);
        found.and_then(|(_, index)| self.claim_at(index, lease, now))
    }

    /// The messages that wait for no other: when each is due, and its index.
    fn claimable(&self) -> Vec<(Timestamp, usize)> {
        let mut busy = BTreeSet::new();
        let mut found = Vec::new();
        for (index, message) in self.0.iter().enumerate() {
            let MessageState::Pending(due) = message.state else { continue };
            if message.lane == Lane::Alert || busy.insert(&message.reference) {
                found.push((due.at, index));
            }
        }
        found
    }

    pub(super) fn claim(&mut self, request: ClaimRequest, now: Timestamp) -> Vec<ClaimedMessage> {
        let mut ready = self.claimable();
        ready.retain(|(due, _)| *due <= now);
        ready.sort_unstable();
        ready.truncate(request.limit);
        ready.into_iter().filter_map(|(_, index)| self.claim_at(index, request.lease, now)).collect()
    }

    fn claim_at(&mut self, index: usize, lease: Duration, now: Timestamp) -> Option<ClaimedMessage> {
        let message = self.0.get_mut(index)?;
        message.claim += 1;
        message.state = MessageState::Pending(Due::leased(now, lease, message.claim));
        let (key, reference, body) = (message.key.clone(), message.reference.clone(), message.body.clone());
        let claim = ClaimToken::new(message.claim);
        Some(ClaimedMessage::new(key, reference, body, claim).failures(message.failures))
    }

    /// Lets the lease of a message end in so long, if it is under this claim.
    pub(super) fn renew(&mut self, key: &str, claim: ClaimToken, lease: Duration, now: Timestamp) {
        let found = self.0.iter_mut().find(|message| message.key == key);
        if let Some(PendingMessage { state: MessageState::Pending(due), .. }) = found {
            due.renew(claim.get(), lease, now);
        }
    }

    pub(super) fn complete(&mut self, key: &str, claim: ClaimToken) -> Result<(), StoreError> {
        let message = self.claimed(key, claim)?;
        if matches!(message.state, MessageState::Skipped { .. }) {
            return Err(StoreErrorKind::StaleClaim.into());
        }
        message.state = MessageState::Completed;
        Ok(())
    }

    pub(super) fn fail(&mut self, key: &str, claim: ClaimToken, retry: Due) -> Result<(), StoreError> {
        let message = self.claimed(key, claim)?;
        if !matches!(message.state, MessageState::Pending(_)) {
            return Err(StoreErrorKind::StaleClaim.into());
        }
        message.state = MessageState::Pending(retry);
        message.claim += 1;
        message.failures = message.failures.saturating_add(1);
        Ok(())
    }

    pub(super) fn skip(&mut self, key: &str, skip: Skip, now: Timestamp) -> SkipOutcome {
        let Some(message) = self.0.iter_mut().find(|message| message.key == key) else {
            return SkipOutcome::NotFound;
        };
        match &message.state {
            MessageState::Completed => SkipOutcome::AlreadyCompleted,
            MessageState::Skipped { skip, at } => SkipOutcome::AlreadySkipped { skip: skip.clone(), at: *at },
            MessageState::Pending(_) => {
                message.state = MessageState::Skipped { skip, at: now };
                SkipOutcome::Skipped
            }
        }
    }

    /// Whether a message that is named after a payment is in the queue.
    pub(super) fn has_pending(&self, reference: &Reference) -> bool {
        self.0.iter().any(|message| {
            matches!(message.state, MessageState::Pending(_)) && message.is_named_after(reference)
        })
    }

    /// Removes the messages of a payment that have left the queue and are named after it.
    pub(super) fn remove_ended(&mut self, reference: &Reference) {
        self.0.retain(|message| {
            matches!(message.state, MessageState::Pending(_)) || !message.is_named_after(reference)
        });
    }

    /// The message under this claim.
    fn claimed(&mut self, key: &str, claim: ClaimToken) -> Result<&mut PendingMessage, StoreError> {
        let found = self.0.iter_mut().find(|message| message.key == key);
        found
            .filter(|message| message.claim == claim.get() && message.claim > 0)
            .ok_or_else(|| StoreErrorKind::StaleClaim.into())
    }

    /// The pending messages: when each was stored, and when it is due.
    pub(super) fn pending(&self) -> impl Iterator<Item = (Timestamp, Due)> {
        self.0.iter().filter_map(|message| match message.state {
            MessageState::Pending(due) => Some((message.stored_at, due)),
            _ => None,
        })
    }

    /// Corrects messages that were set in the future of the clock.
    pub(super) fn correct(&mut self, now: Timestamp) {
        for message in &mut self.0 {
            if let MessageState::Pending(due) = &mut message.state {
                message.stored_at = message.stored_at.min(now);
                due.correct(now);
            }
        }
    }

    /// All messages, as rows of a copy.
    pub(super) fn rows(&self, now: Timestamp) -> impl Iterator<Item = StoredMessage> {
        self.0.iter().map(move |stored| {
            let message = OutboxMessage::new(stored.key.clone(), stored.body.clone()).lane(stored.lane);
            let state = match &stored.state {
                MessageState::Pending(due) => row::MessageState::Pending { due_in: time_until(due.at, now) },
                MessageState::Completed => row::MessageState::Completed,
                MessageState::Skipped { skip, at } => {
                    row::MessageState::Skipped { skip: skip.clone(), at: *at }
                }
            };
            let (reference, age) = (stored.reference.clone(), time_until(now, stored.stored_at));
            StoredMessage { reference, message, age, claim: stored.claim, failures: stored.failures, state }
        })
    }

    /// Inserts a row of a copy.
    pub(super) fn insert(&mut self, row: StoredMessage, now: Timestamp) {
        let StoredMessage { reference, message, age, claim, failures, state } = row;
        let OutboxMessage { key, body, lane } = message;
        let state = match state {
            row::MessageState::Pending { due_in } => MessageState::Pending(Due::after(now, due_in)),
            row::MessageState::Completed => MessageState::Completed,
            row::MessageState::Skipped { skip, at } => MessageState::Skipped { skip, at },
        };
        let stored_at = now.saturating_add_millis(-term_millis(age));
        self.0.push(PendingMessage { key, reference, body, lane, stored_at, claim, failures, state });
    }

    /// When the first message can be claimed.
    pub(super) fn next_claimable_at(&self) -> Option<Timestamp> {
        self.claimable().into_iter().map(|(due, _)| due).min()
    }
}
