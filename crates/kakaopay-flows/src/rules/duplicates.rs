//! Another charge of the order than the one whose link was handed out.
//!
//! It comes of an attempt that seemed lost. Nobody was sent to its page, so that nobody should pay it;
//! it is watched until it has ended, and a person is told if it was paid all the same.

use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, ChargeStatus, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attention::Attention;
use crate::input::Now;
use crate::model::Model;
use crate::observe::Via;
use crate::output::{LookUp, Request};
use crate::record::Record;
use crate::state::State;
use crate::step::{Step, is_unended, note, read};
use crate::wake::Wake;

/// How long charges of other attempts are searched for. An attempt that seemed lost may still be under
/// way; that one is later than this was never seen.
const SEARCH_SECONDS: i64 = 900;
/// How long the search for charges of other attempts goes on while parts of the lists cannot be read.
const PATIENCE_SECONDS: i64 = 86_400;

/// Another charge of the order than its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Other {
    /// When it became known here.
    pub since: Timestamp,
    /// When it can no longer be paid, if the service told.
    pub expires_at: Option<Timestamp>,
    /// The status it has ended with, once it has.
    pub end: Option<String>,
}

/// Judges a charge that is not the payment's own.
pub(crate) fn judge(model: &Model, charge: &Charge, via: Via) -> Step {
    if !is_of_order(model, charge) {
        return Step::default();
    }
    let known = model.others.get(&charge.id);
    let mut step = Step::default();
    if known.is_none() {
        step.records.push(Record::OtherFound { charge: charge.id.clone(), expires_at: charge.expires_at });
        step.wake = Wake::Plan;
    }
    // Whichever attempt made it, it is to be like the order.
    let expected = model.intent.expected(charge.metadata.attempt(), model.attempts);
    if let Err(member) = expected.check(charge) {
        step = step.and(note(model, Attention::Mismatch { charge: charge.id.clone(), member }));
    }
    let end = match charge.outcome() {
        Outcome::Pending | Outcome::Unknown(_) => return step,
        Outcome::Successful | Outcome::Failed { .. } | Outcome::Expired => charge.status.to_string(),
    };
    if via != Via::Read {
        let ended = known.is_some_and(|other| other.end.is_some());
        return if ended { step } else { step.and(read(&charge.id)) };
    }
    if known.is_none_or(|other| other.end.is_none()) {
        step.records.push(Record::OtherEnded { charge: charge.id.clone(), status: end });
        step.wake = Wake::Plan;
    }
    if charge.outcome() == Outcome::Successful { step.and(paid(model, charge)) } else { step }
}

/// A charge becomes the payment's own: a person is told of those beside it that are known to be paid.
pub(crate) fn told_of(model: &Model, own: &ChargeId) -> Step {
    let paid = |other: &Other| other.end.as_deref() == Some(ChargeStatus::Successful.as_str());
    let others = model.others.iter().filter(|(charge, other)| *charge != own && paid(other));
    let told = others.map(|(other, _)| {
        note(model, Attention::OtherChargePaid { charge: own.clone(), other: other.clone() })
    });
    told.fold(Step::default(), Step::and)
}

/// Another charge was paid: a person is told.
fn paid(model: &Model, charge: &Charge) -> Step {
    let other = charge.id.clone();
    match (&model.state, model.state.charge()) {
        (_, Some(own)) => note(model, Attention::OtherChargePaid { charge: own.charge.clone(), other }),
        // One that is the order's settles it, one that differs has been told as that, and both of them
        // once the payment has a charge of its own.
        (State::Creating(_), None) => Step::default(),
        (_, None) => {
            note(model, Attention::Contradiction { charge: other, status: charge.status.to_string() })
        }
    }
}

/// The deadline has come, or a person wants to know: reads what has not ended, and searches on.
pub(crate) fn look(model: &Model, now: Now) -> Step {
    let open = || model.others.iter().filter(|(_, other)| other.end.is_none());
    let mut step = open().fold(Step::default(), |step, (charge, _)| step.and(read(charge)));
    if open().any(|(_, other)| is_unended(other.since, other.expires_at, now)) {
        step = step.and(note(model, Attention::Overdue));
    }
    // While the charge itself is looked for, its others come to light by that.
    if model.search.is_none() || matches!(model.state, State::Creating(_)) {
        return step;
    }
    let attempts = model.state.charge().map_or(NonZeroU32::MIN, |own| own.attempt);
    let first = LookUp::first(model.opened_at, now, attempts);
    step.and(Step { reads: vec![Request::LookUp(first)], ..Step::default() })
}

/// The search was not answered. When that has gone on for long, a person is told.
pub(crate) fn unanswered(model: &Model, now: Now) -> Step {
    let late = model.search.is_some_and(|since| now >= since.saturating_add_seconds(PATIENCE_SECONDS));
    if late { note(model, Attention::LookUpBlocked) } else { Step::default() }
}

/// The search for charges of other attempts has been read to its end.
pub(crate) fn searched(model: &Model, request: &LookUp, complete: bool) -> Step {
    let Some(since) = model.search else { return Step::default() };
    let over = Step { records: vec![Record::Searched], wake: Wake::Plan, ..Step::default() };
    if complete && is_conclusive(model, request) {
        over
    } else if !complete && request.asked_at >= since.saturating_add_seconds(PATIENCE_SECONDS) {
        over.and(note(model, Attention::LookUpBlocked))
    } else {
        Step::default()
    }
}

/// Whether a search that began then can conclude that there is nothing more to find. Two clocks are asked
/// where both are known: the driver's may have been set.
pub(crate) fn is_conclusive(model: &Model, request: &LookUp) -> bool {
    let by_service = match (request.own_created, request.at_service) {
        (Some(created), Some(now)) => now >= settled(created),
        _ => true,
    };
    by_service && model.search.is_some_and(|since| request.asked_at >= settled(since))
}

/// When a search can first conclude that there is nothing more to find.
pub(crate) fn settled(since: Timestamp) -> Timestamp {
    since.saturating_add_seconds(SEARCH_SECONDS)
}

/// Whether a charge names the order, in the payment's mode.
pub(crate) fn is_of_order(model: &Model, charge: &Charge) -> bool {
    charge.id.mode() == model.intent.mode
        && charge.metadata.attempt().is_some_and(|attempt| *attempt.order() == model.intent.reference)
}

/// Whether a charge is the payment's own.
pub(crate) fn is_own(state: &State, charge: &ChargeId) -> bool {
    state.charge().is_some_and(|own| own.charge == *charge)
}
