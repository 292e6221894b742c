//! When a payment wants to be woken: one function of what is known, so that a restart at any moment
//! goes on with the same plan.

use kakaopay_types::Timestamp;

use crate::output::Deadline;
use crate::schedule;
use crate::schedule::{CHARGE_LATE_SECONDS, REFUND_LATE_SECONDS, answer_due, next_look};
use crate::state::lifecycle::{Creating, Stage, State};
use crate::state::model::Model;
use crate::state::refund::{RefundProcess, RefundState};

/// What whole seconds and the way there may add between two moments by the service's clock.
const SLACK_SECONDS: i64 = 2;

/// What a step does to the deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DeadlineChange {
    /// It stays.
    #[default]
    Keep,
    /// It becomes what the plan says.
    Plan,
    /// It becomes what the plan says, or this moment if that is sooner.
    By(Timestamp),
}

impl DeadlineChange {
    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Keep, deadline) | (deadline, Self::Keep) => deadline,
            (Self::By(one), Self::By(other)) => Self::By(one.min(other)),
            (Self::By(at), Self::Plan) | (Self::Plan, Self::By(at)) => Self::By(at),
            (Self::Plan, Self::Plan) => Self::Plan,
        }
    }

    /// The deadline it makes of what is known.
    pub(crate) fn deadline(self, model: &Model, now: Timestamp) -> Option<Deadline> {
        match (self, plan(model, now)) {
            (Self::Keep, _) => None,
            (Self::Plan, planned) => Some(planned.map_or(Deadline::Never, Deadline::At)),
            (Self::By(at), planned) => Some(Deadline::At(planned.map_or(at, |planned| planned.min(at)))),
        }
    }
}

/// When to look next, at whatever has not ended.
fn plan(model: &Model, now: Timestamp) -> Option<Timestamp> {
    let seed = model.intent.jitter_seed;
    let own = match &model.state {
        State::Creating(creating) => creating_plan(model, creating, now),
        State::Pending(pending) => Some(next_look(pending.since, pending.until, now, seed)),
        State::Successful { .. } | State::Failed { .. } | State::Expired(_) | State::Refused { .. } => None,
    };
    let others = model.duplicates.values().filter(|other| other.end.is_none());
    let others = others.map(|other| next_look(other.since, other.expires_at, now, seed));
    let search = model.search.map(|since| look_until(since, schedule::search_settled(since), now, seed));
    let refunds = model.refunds.values().filter_map(|refund| refund_plan(refund, now, seed));
    own.into_iter().chain(others).chain(search).chain(refunds).min()
}

fn creating_plan(model: &Model, creating: &Creating, now: Timestamp) -> Option<Timestamp> {
    let seed = model.intent.jitter_seed;
    match creating.stage {
        Stage::Charge => Some(answer_due(creating.since, now)),
        // Asked for again on a plan that slows down, once no answer can come any more.
        Stage::Source => {
            let late = answer_due(creating.since, now);
            Some(next_look(model.opened_at, None, late.max(now), seed))
        }
        Stage::NotSent => Some(next_look(model.opened_at, None, now, seed)),
        Stage::Searching => {
            let settled = creating.since.saturating_add_seconds(CHARGE_LATE_SECONDS);
            Some(look_until(creating.since, settled, now, seed))
        }
        Stage::Blocked => None,
    }
}

fn refund_plan(refund: &RefundProcess, now: Timestamp, seed: u64) -> Option<Timestamp> {
    match refund.state() {
        RefundState::Preparing | RefundState::Pending { .. } => {
            Some(next_look(refund.ordered_at(), None, now, seed))
        }
        RefundState::Requested => Some(answer_due(refund.since(), now)),
        RefundState::Searching => Some(look_until(refund.since(), refund_settled(refund), now, seed)),
        RefundState::Blocked
        | RefundState::Completed { .. }
        | RefundState::Failed { .. }
        | RefundState::Refused { .. }
        | RefundState::Cancelled { .. } => None,
    }
}

/// The next look of a plan that has one at `settled` too, when it can first conclude anything.
fn look_until(since: Timestamp, settled: Timestamp, now: Timestamp, seed: u64) -> Timestamp {
    let next = next_look(since, None, now, seed);
    if now < settled { next.min(settled) } else { next }
}

/// When a look-up of a refund can first conclude anything.
pub(crate) fn refund_settled(refund: &RefundProcess) -> Timestamp {
    let by_own = refund.since.saturating_add_seconds(REFUND_LATE_SECONDS);
    let unlisted = refund.unlisted.filter(|first| first.at_service.is_some());
    let by_service =
        unlisted.map(|first| first.at.saturating_add_seconds(REFUND_LATE_SECONDS + SLACK_SECONDS));
    by_service.map_or(by_own, |by_service| by_service.max(by_own))
}
