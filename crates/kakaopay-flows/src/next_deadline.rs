//! The deadline of a payment: a pure function of its model, so that a restart at any instant continues the
//! same plan.

use kakaopay_types::Timestamp;

use crate::night_watch;
use crate::output::Deadline;
use crate::schedule::{next_poll, response_due};
use crate::state::lifecycle::{Creating, Pending, Stage, State};
use crate::state::look_up::{LookUp, Patience};
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;

/// The change that a transition makes to the deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DeadlineChange {
    /// Keep the deadline.
    #[default]
    Keep,
    /// Set the planned deadline.
    Plan,
    /// Set the planned deadline, or this instant if it is earlier.
    By(Timestamp),
}

impl DeadlineChange {
    /// Combines two changes.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Keep, deadline) | (deadline, Self::Keep) => deadline,
            (Self::By(one), Self::By(other)) => Self::By(one.min(other)),
            (Self::By(at), Self::Plan) | (Self::Plan, Self::By(at)) => Self::By(at),
            (Self::Plan, Self::Plan) => Self::Plan,
        }
    }

    /// Returns the new deadline, or `None` to keep the old one.
    pub(crate) fn deadline(self, model: &Model, now: Timestamp) -> Option<Deadline> {
        match (self, plan(model, now)) {
            (Self::Keep, _) => None,
            (Self::Plan, planned) => Some(planned.map_or(Deadline::Never, Deadline::At)),
            (Self::By(at), planned) => Some(Deadline::At(planned.map_or(at, |planned| planned.min(at)))),
        }
    }
}

/// Returns the next instant at which something of the payment is due, or `None` if all has ended.
fn plan(model: &Model, now: Timestamp) -> Option<Timestamp> {
    unended_plan(model, now).into_iter().chain(night_watch::next_read(model, now)).min()
}

/// Returns the next instant at which a charge, a search or a refund that has not ended is due, or `None` if all have
/// ended.
pub(crate) fn unended_plan(model: &Model, now: Timestamp) -> Option<Timestamp> {
    let seed = model.intent.jitter_seed;
    let own = match &model.state {
        State::Creating(creating) => creating_plan(model, creating, now),
        State::Pending(pending) => Some(pending_plan(model, pending, now)),
        State::Successful { .. }
        | State::Failed { .. }
        | State::Expired(_)
        | State::Cancelled(_)
        | State::Refused { .. } => None,
    };
    let duplicates = model.duplicates.values().filter(|duplicate| duplicate.end.is_none());
    let duplicates = duplicates.map(|duplicate| next_poll(duplicate.since, duplicate.expires_at, now, seed));
    let search = model.search.as_ref();
    let search = search.map(|look_up| look_up_plan(look_up, Patience::DUPLICATE_CHARGE, now, seed));
    let refunds = model.refunds.values().filter_map(|refund| refund_plan(refund, now, seed));
    own.into_iter().chain(duplicates).chain(search).chain(refunds).min()
}

/// Returns the next poll of a pending charge. Polls are as frequent after its hold has ended, and after the wish to cancel
/// it, as after it was created.
fn pending_plan(model: &Model, pending: &Pending, now: Timestamp) -> Timestamp {
    let seed = model.intent.jitter_seed;
    let next = next_poll(pending.since, pending.until, now, seed);
    let wish = model.cancel.wish.as_ref();
    if let Some(wish) = wish.filter(|wish| !wish.is_refused) {
        return next.min(next_poll(wish.since, None, now, seed));
    }
    let hold = model.intent.pay_within.filter(|_| wish.is_none() && !model.cancel.hold_has_ended);
    let Some(hold) = hold else { return next };
    let end = pending.since.saturating_add_millis(i64::try_from(hold.as_millis()).unwrap_or(i64::MAX));
    next.min(if now < end { end } else { next_poll(end, None, now, seed) })
}

fn creating_plan(model: &Model, creating: &Creating, now: Timestamp) -> Option<Timestamp> {
    let seed = model.intent.jitter_seed;
    match creating.stage {
        Stage::Charge => Some(response_due(creating.since, now)),
        // Requested again on a slowing schedule, after the previous request has timed out.
        Stage::Source => {
            let late = response_due(creating.since, now);
            Some(next_poll(model.opened_at, None, late.max(now), seed))
        }
        Stage::NotSent => Some(next_poll(model.opened_at, None, now, seed)),
        Stage::Searching => {
            let look_up = creating.look_up.as_ref();
            look_up.map(|look_up| look_up_plan(look_up, Patience::CHARGE, now, seed))
        }
        Stage::Blocked => None,
    }
}

fn refund_plan(refund: &RefundProcess, now: Timestamp, seed: u64) -> Option<Timestamp> {
    let own = match refund.state() {
        RefundState::Preparing | RefundState::Pending { .. } => {
            Some(next_poll(refund.ordered_at(), None, now, seed))
        }
        RefundState::Requested => Some(response_due(refund.since(), now)),
        RefundState::Searching
        | RefundState::Blocked
        | RefundState::Completed { .. }
        | RefundState::Failed { .. }
        | RefundState::Refused { .. }
        | RefundState::Cancelled { .. } => None,
    };
    let look_up = refund.look_up.as_ref();
    let look_up = look_up.map(|look_up| look_up_plan(look_up, refund.patience(), now, seed));
    own.into_iter().chain(look_up).min()
}

/// Returns the next poll of a look-up, with an additional poll when it can first conclude.
fn look_up_plan(look_up: &LookUp, patience: Patience, now: Timestamp, seed: u64) -> Timestamp {
    let next = next_poll(look_up.since, None, now, seed);
    look_up.due_at(patience).filter(|due| now < *due).map_or(next, |due| next.min(due))
}
