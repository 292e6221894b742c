//! Another charge of the order than the one whose link was handed out.
//!
//! It comes of an attempt that seemed lost. Nobody was sent to its page, so that nobody should pay it;
//! it is watched until it has ended, and a person is told if it was paid all the same.

use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, ChargeStatus, Outcome, Timestamp};

use crate::alert::Alert;
use crate::failure::RequestFailure;
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::rules::duplicates;
use crate::schedule::search_conclusive_at;
use crate::search::ChargeSearch;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::State;
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, is_unended, key_refused, raise_alert, read};

/// How long the search for charges of other attempts goes on while parts of the lists cannot be read.
const PATIENCE_SECONDS: i64 = 86_400;

/// Judges a charge that is not the payment's own.
pub(crate) fn judge(model: &Model, charge: &Charge, via: Origin) -> Transition {
    if !is_of_order(model, charge) {
        return Transition::default();
    }
    let known = model.duplicates.get(&charge.id);
    let mut step = Transition::default();
    if known.is_none() {
        step.records
            .push(Record::DuplicateFound { charge: charge.id.clone(), expires_at: charge.expires_at });
        step.deadline = DeadlineChange::Plan;
    }
    // Whichever attempt made it, it is to be like the order.
    let expected = model.intent.expected(charge.metadata.attempt(), model.attempts);
    if let Err(member) = expected.check(charge) {
        step = step.and(raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member }));
    }
    let end = match charge.outcome() {
        Outcome::Pending | Outcome::Unknown(_) => return step,
        Outcome::Successful | Outcome::Failed { .. } | Outcome::Expired => charge.status.to_string(),
    };
    if via != Origin::Read {
        let ended = known.is_some_and(|other| other.end.is_some());
        return if ended { step } else { step.and(read(&charge.id)) };
    }
    if known.is_none_or(|other| other.end.is_none()) {
        step.records.push(Record::DuplicateEnded { charge: charge.id.clone(), status: end });
        step.deadline = DeadlineChange::Plan;
    }
    if charge.outcome() == Outcome::Successful { step.and(paid(model, charge)) } else { step }
}

/// A charge becomes the payment's own: a person is told of those beside it that are known to be paid.
pub(crate) fn alerts_for_paid_duplicates(model: &Model, own: &ChargeId) -> Transition {
    let paid = |other: &DuplicateCharge| other.end.as_deref() == Some(ChargeStatus::Successful.as_str());
    let others = model.duplicates.iter().filter(|(charge, other)| *charge != own && paid(other));
    let told = others.map(|(other, _)| {
        raise_alert(model, Alert::DuplicateChargePaid { charge: own.clone(), other: other.clone() })
    });
    told.fold(Transition::default(), Transition::and)
}

/// Another charge was paid: a person is told.
fn paid(model: &Model, charge: &Charge) -> Transition {
    let other = charge.id.clone();
    match (&model.state, model.state.charge()) {
        (_, Some(own)) => {
            raise_alert(model, Alert::DuplicateChargePaid { charge: own.charge.clone(), other })
        }
        // One that is the order's settles it, one that differs has been told as that, and both of them
        // once the payment has a charge of its own.
        (State::Creating(_), None) => Transition::default(),
        (_, None) => {
            raise_alert(model, Alert::Contradiction { charge: other, status: charge.status.to_string() })
        }
    }
}

/// The deadline has come, or a person wants to know: reads what has not ended, and searches on.
pub(crate) fn look(model: &Model, now: Timestamp) -> Transition {
    let open = || model.duplicates.iter().filter(|(_, other)| other.end.is_none());
    let mut step = open().fold(Transition::default(), |step, (charge, _)| step.and(read(charge)));
    if open().any(|(_, other)| is_unended(other.since, other.expires_at, now)) {
        step = step.and(raise_alert(model, Alert::Overdue));
    }
    // While the charge itself is looked for, its others come to light by that.
    if model.search.is_none() || matches!(model.state, State::Creating(_)) {
        return step;
    }
    let attempts = model.state.charge().map_or(NonZeroU32::MIN, |own| own.attempt);
    let first = ChargeSearch::first(model.opened_at, now, attempts);
    step.and(Transition { reads: vec![Request::FindCharge(first)], ..Transition::default() })
}

/// The search was not answered. When that has gone on for long, a person is told.
pub(crate) fn unanswered(model: &Model, now: Timestamp) -> Transition {
    let late = model.search.is_some_and(|since| now >= since.saturating_add_seconds(PATIENCE_SECONDS));
    if late { raise_alert(model, Alert::SearchBlocked) } else { Transition::default() }
}

/// The search for charges of other attempts has been read to its end.
pub(crate) fn searched(model: &Model, request: &ChargeSearch, complete: bool) -> Transition {
    let Some(since) = model.search else { return Transition::default() };
    let over = Transition {
        records: vec![Record::SearchCompleted],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    if complete && is_conclusive(model, request) {
        over
    } else if !complete && request.asked_at >= since.saturating_add_seconds(PATIENCE_SECONDS) {
        over.and(raise_alert(model, Alert::SearchBlocked))
    } else {
        Transition::default()
    }
}

/// Whether a search that began then can conclude that there is nothing more to find. Two clocks are asked
/// where both are known: the driver's may have been set.
pub(crate) fn is_conclusive(model: &Model, request: &ChargeSearch) -> bool {
    let by_service = match (request.own_created, request.at_service) {
        (Some(created), Some(now)) => now >= search_conclusive_at(created),
        _ => true,
    };
    by_service && model.search.is_some_and(|since| request.asked_at >= search_conclusive_at(since))
}

/// A page of the search for other charges could not be read.
pub(crate) fn not_searched(model: &Model, trouble: &RequestFailure, now: Timestamp) -> Transition {
    key_refused(model, trouble).and(duplicates::unanswered(model, now))
}
