//! The requests of a workload, derived from its seed, so that images can be compared with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use kakaopay::Clock;
use kakaopay::store::{ClaimRequest, Commit, DeadlineChange, Lane, NewInboxEvent, OutboxMessage, Seq};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

/// Payments, each with a caller that advances it.
pub(crate) const PAYMENTS: u8 = 5;
/// Steps of each payment.
pub(crate) const STEPS: u64 = 8;
/// Webhooks that come in.
pub(crate) const EVENTS: u8 = 14;
/// Rounds of the caller that works off queues.
pub(crate) const ROUNDS: i64 = 8;
/// Length of a round in seconds.
pub(crate) const ROUND: i64 = 1_000;
/// The lease of a round in seconds.
pub(crate) const LEASE: i64 = 500;
/// A moment after all others.
pub(crate) const END: i64 = 1_000_000;

/// The requests of a workload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)
}

pub(crate) fn reference(payment: u8) -> Reference {
    Reference::parse(&format!("order-{payment}")).expect("a reference")
}

pub(crate) fn charge(payment: u8) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{payment}")).expect("a charge")
}

/// The step that binds the payment's charge.
pub(crate) const BINDS: u64 = 2;

/// The lease of a round, which ends before the next: it claims the rows that earlier ones did not complete.
pub(crate) fn lease(limit: usize) -> ClaimRequest {
    ClaimRequest::new(Duration::from_secs(LEASE.unsigned_abs()), limit)
}

/// When a round begins. All terms are shorter than a round, so that the time of a row within its round shows its term.
pub(crate) fn begin(round: i64) -> i64 {
    ROUND * round
}

/// The clock of the store: the second that it holds.
pub(crate) fn clock(seconds: &Arc<AtomicI64>) -> impl Clock {
    let seconds = Arc::clone(seconds);
    move || at(seconds.load(Ordering::SeqCst))
}

impl Plan {
    fn rng(self, kind: u64, number: u64) -> Rng {
        Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (kind << 32) ^ number)
    }

    fn bytes(self, kind: u64, number: u64) -> Box<[u8]> {
        let mut rng = self.rng(kind, number);
        // Mostly a part of a page, sometimes several pages.
        let length = if rng.u8(0..8) == 0 { rng.usize(4_000..14_000) } else { rng.usize(1..1_200) };
        let mut bytes = vec![0; length];
        rng.fill(&mut bytes);
        bytes.into()
    }

    /// The entry of a step.
    pub(crate) fn entry(self, payment: u8, step: u64) -> Box<[u8]> {
        self.bytes(1, u64::from(payment) << 16 | step)
    }

    /// The snapshot that a step comes with.
    pub(crate) fn snapshot(self, payment: u8, step: u64) -> Option<Box<[u8]>> {
        step.is_multiple_of(3).then(|| self.bytes(2, u64::from(payment) << 16 | step))
    }

    /// The messages of a step, of which the second is an alert.
    pub(crate) fn messages(self, payment: u8, step: u64) -> Vec<OutboxMessage> {
        let count = self.rng(3, u64::from(payment) << 16 | step).u64(0..3);
        let message = |number: u64| {
            let body = self.bytes(4, u64::from(payment) << 16 | step << 4 | number);
            let lane = if number == 1 { Lane::Alert } else { Lane::Ordered };
            OutboxMessage::new(format!("order-{payment}/{step}/{number}"), body).lane(lane)
        };
        (0..count).map(message).collect()
    }

    /// The deadline change of a step.
    pub(crate) fn deadline(self, payment: u8, step: u64) -> DeadlineChange {
        match (step + u64::from(payment)) % 4 {
            0 => DeadlineChange::Clear,
            1 => DeadlineChange::Keep,
            _ => DeadlineChange::In(Duration::from_secs(u64::from(payment) * 10 + step)),
        }
    }

    /// The term of the deadline after so many steps, if it was not claimed.
    pub(crate) fn term_after(self, payment: u8, steps: u64) -> Option<Duration> {
        (1..=steps).fold(None, |before, step| match self.deadline(payment, step) {
            DeadlineChange::Keep => before,
            DeadlineChange::In(term) => Some(term),
            DeadlineChange::Clear => None,
        })
    }

    /// The step behind so many.
    pub(crate) fn step(self, payment: u8, step: u64) -> Commit {
        let mut commit = Commit::new(reference(payment), Seq::new(step - 1))
            .entry(self.entry(payment, step))
            .deadline(self.deadline(payment, step))
            .messages(self.messages(payment, step));
        commit.snapshot = self.snapshot(payment, step);
        commit.charge = (step == BINDS).then(|| charge(payment));
        commit
    }

    /// A webhook.
    pub(crate) fn delivery(self, event: u8) -> NewInboxEvent {
        let id = EventId::parse(&format!("evnt_test_{event}")).expect("an event");
        NewInboxEvent::new(id, self.bytes(5, event.into()))
    }

    /// How many pages the log holds before it is written back: few, so that it often is.
    pub(crate) fn pages_of_log(self) -> u16 {
        self.rng(6, 0).u16(4..60)
    }
}
