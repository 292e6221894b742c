//! The messages of the store in memory.

use std::collections::BTreeSet;

use kakaopay_types::{Reference, Timestamp};

use crate::error::{StoreError, StoreErrorKind};
use crate::outbox::{ClaimToken, ClaimedMessage, Lane, OutboxMessage, Skip, SkipOutcome};
use crate::work::ClaimRequest;

/// All messages, in the order they were stored.
#[derive(Debug, Default)]
pub(super) struct Outbox(Vec<PendingMessage>);

#[derive(Debug)]
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

#[derive(Debug)]
enum MessageState {
    /// Can be claimed from `visible_at` on, if it waits for no other message.
    Pending {
        visible_at: Timestamp,
    },
    Completed,
    Skipped(Skip),
}

impl Outbox {
    /// Stores a message, unless its key was stored before.
    pub(super) fn push(&mut self, reference: &Reference, message: OutboxMessage, stored_at: Timestamp) {
        if self.0.iter().any(|known| known.key == message.key) {
            return;
        }
        let OutboxMessage { key, body, lane } = message;
        let state = MessageState::Pending { visible_at: Timestamp::UNIX_EPOCH };
        let reference = reference.clone();
        self.0.push(PendingMessage { key, reference, body, lane, stored_at, claim: 0, failures: 0, state });
    }

    /// The messages that wait for no other: when each is visible, and its index.
    fn claimable(&self) -> Vec<(Timestamp, usize)> {
        let mut busy = BTreeSet::new();
        let mut found = Vec::new();
        for (index, message) in self.0.iter().enumerate() {
            let MessageState::Pending { visible_at } = message.state else { continue };
            if message.lane == Lane::Alert || busy.insert(&message.reference) {
                found.push((visible_at, index));
            }
        }
        found
    }

    pub(super) fn claim(&mut self, request: ClaimRequest) -> Vec<ClaimedMessage> {
        let mut ready = self.claimable();
        ready.retain(|(visible_at, _)| *visible_at <= request.now);
        ready.sort_unstable();
        ready.truncate(request.limit);
        let mut claimed = Vec::with_capacity(ready.len());
        for (_, index) in ready {
            let Some(message) = self.0.get_mut(index) else { continue };
            message.state = MessageState::Pending { visible_at: request.lease_until };
            message.claim += 1;
            let (key, reference, body) =
                (message.key.clone(), message.reference.clone(), message.body.clone());
            let claim = ClaimToken::new(message.claim);
            claimed.push(ClaimedMessage::new(key, reference, body, claim).failures(message.failures));
        }
        claimed
    }

    pub(super) fn complete(&mut self, key: &str, claim: ClaimToken) -> Result<(), StoreError> {
        let message = self.claimed(key, claim)?;
        if matches!(message.state, MessageState::Skipped(_)) {
            return Err(StoreErrorKind::StaleClaim.into());
        }
        message.state = MessageState::Completed;
        Ok(())
    }

    pub(super) fn fail(
        &mut self,
        key: &str,
        claim: ClaimToken,
        retry_at: Timestamp,
    ) -> Result<(), StoreError> {
        let message = self.claimed(key, claim)?;
        if !matches!(message.state, MessageState::Pending { .. }) {
            return Err(StoreErrorKind::StaleClaim.into());
        }
        message.state = MessageState::Pending { visible_at: retry_at };
        message.claim += 1;
        message.failures = message.failures.saturating_add(1);
        Ok(())
    }

    pub(super) fn skip(&mut self, key: &str, skip: Skip) -> SkipOutcome {
        let Some(message) = self.0.iter_mut().find(|message| message.key == key) else {
            return SkipOutcome::NotFound;
        };
        match &message.state {
            MessageState::Completed => SkipOutcome::AlreadyCompleted,
            MessageState::Skipped(earlier) => SkipOutcome::AlreadySkipped(earlier.clone()),
            MessageState::Pending { .. } => {
                message.state = MessageState::Skipped(skip);
                SkipOutcome::Skipped
            }
        }
    }

    /// The message under this claim.
    fn claimed(&mut self, key: &str, claim: ClaimToken) -> Result<&mut PendingMessage, StoreError> {
        let found = self.0.iter_mut().find(|message| message.key == key);
        found
            .filter(|message| message.claim == claim.get() && message.claim > 0)
            .ok_or_else(|| StoreErrorKind::StaleClaim.into())
    }

    /// When each pending message was stored.
    pub(super) fn pending_since(&self) -> impl Iterator<Item = Timestamp> {
        let pending = self.0.iter().filter(|message| matches!(message.state, MessageState::Pending { .. }));
        pending.map(|message| message.stored_at)
    }

    /// When the first message can be claimed.
    pub(super) fn next_claimable_at(&self) -> Option<Timestamp> {
        self.claimable().into_iter().map(|(visible_at, _)| visible_at).min()
    }
}
