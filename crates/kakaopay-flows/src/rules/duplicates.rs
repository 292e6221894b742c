//! Duplicate charges: charges of the order that are not the payment's own.
//!
//! Lost attempts create them. The buyer was not redirected to them and should not pay them. They are polled
//! until they end, and one that was paid is notified as paid late.

use std::num::NonZeroU32;

use kakaopay_types::{AttemptReference, Charge, ChargeId, Mismatch, Outcome, Timestamp};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::failure::RequestFailure;
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::schedule::has_passed;
use crate::search::ChargeSearch;
use crate::state::duplicate_charge::PaidReading;
use crate::state::late_charge::LateReason;
use crate::state::lifecycle::State;
use crate::state::look_up::{LookUp, Patience, Reading, Verdict};
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, is_unended, key_refused, not_listed, raise_alert, read};

/// How long the search for duplicates may fail, by the driver's clock, before an alert is raised.
const PATIENCE_SECONDS: i64 = 86_400;

/// Compares a charge that is not the payment's own with the order.
pub(crate) fn judge(model: &Model, charge: &Charge, origin: Origin) -> Transition {
    let known = model.duplicates.get(&charge.id);
    let named = charge.metadata.attempt().filter(|_| is_of_order(model, charge)).map(|named| named.number());
    let Some(attempt) = known.map(|known| known.attempt).or(named) else { return Transition::default() };
    let mut step = Transition::default();
    if known.is_none() {
        let (id, expires_at) = (charge.id.clone(), charge.expires_at);
        step.records.push(Record::DuplicateFound { charge: id, attempt, expires_at });
        step.deadline = DeadlineChange::Plan;
    }
    // A restored store may lack the end of its own charge, after which the merchant paid again: that is read first.
    let lost_after = match &model.state {
        State::Pending(own) if attempt > model.attempts => Some(&own.charge),
        _ => None,
    };
    if let (None, Some(own)) = (known, lost_after) {
        return step.and(read(own));
    }
    // It must equal the order, whichever attempt created it. While the payment has its own charge, another copy of the
    // store must have made a later attempt.
    let may_be_later = matches!(model.state, State::Creating(_));
    let is_made = |named: &AttemptReference| may_be_later || named.number() <= model.attempts;
    let named = charge.metadata.attempt();
    let is_edited = named.is_none();
    let expected = model.expected(named.filter(is_made), model.attempts);
    let expected = if is_edited { expected.own_charge(charge.id.clone()) } else { expected };
    if let Err(member) = expected.check(charge) {
        step = step.and(raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member }));
    }
    let end = match charge.outcome() {
        Outcome::Pending | Outcome::Unknown(_) => return step,
        Outcome::Successful | Outcome::Failed { .. } | Outcome::Expired => charge.status.to_string(),
    };
    let is_paid = charge.outcome() == Outcome::Successful;
    let ended = known.is_some_and(|known| known.end.is_some() && (!is_paid || known.paid.is_some()));
    if origin != Origin::Read {
        return if ended { step } else { step.and(read(&charge.id)) };
    }
    // A paid charge that now names another order is polled on: staff may put the reference back.
    let Ok(paid) = paid_reading(model, charge, attempt) else { return step };
    if !ended {
        let (charge, paid) = (charge.id.clone(), paid.clone());
        step.records.push(Record::DuplicateEnded { charge, status: end, paid });
        step.deadline = DeadlineChange::Plan;
    }
    match (paid, &model.state) {
        // The payment may adopt it. Otherwise it is late once that is sure: see `paid_duplicates`.
        (Some(_), State::Creating(_)) if !model.is_earlier(attempt) => step,
        // Its own charge decides.
        (Some(_), State::Pending(_)) if lost_after.is_some() => step,
        (None, _) => step,
        (Some(paid), state) => {
            let end = known.and_then(|known| known.end.as_deref()).filter(|_| model.is_earlier(attempt));
            let why = match (end, state) {
                _ if paid.differs => LateReason::Mismatch,
                (Some("failed"), _) => LateReason::Failed,
                (Some("expired"), _) => LateReason::Expired,
                (Some("cancelled"), _) | (None, State::Cancelled(None)) => LateReason::Cancelled,
                (None, State::Refused { .. }) => LateReason::Refused,
                _ => LateReason::Duplicate,
            };
            step.and(paid_late(model, &charge.id, attempt, &paid, why))
        }
    }
}

/// Returns the reading of a duplicate as paid, or `None` if it is not paid.
///
/// # Errors
/// If it names another order.
fn paid_reading(
    model: &Model,
    charge: &Charge,
    attempt: NonZeroU32,
) -> Result<Option<PaidReading>, Mismatch> {
    if charge.outcome() != Outcome::Successful {
        return Ok(None);
    }
    let expected = model.expected(None, attempt).own_charge(charge.id.clone());
    match expected.check(charge) {
        Err(member @ (Mismatch::Reference | Mismatch::Store)) => Err(member),
        compared => Ok(Some(PaidReading::of(charge, compared.is_err()))),
    }
}

/// Notifies of each paid duplicate when it is sure that none of them pays the order: after `own` became the payment's
/// own charge, or the payment ended without one, for the reason `end`.
pub(crate) fn paid_duplicates(model: &Model, own: Option<&ChargeId>, end: LateReason) -> Transition {
    let others = model.duplicates.iter().filter(|(charge, _)| Some(*charge) != own);
    let late = others.filter_map(|(charge, duplicate)| {
        let paid = duplicate.paid.as_ref()?;
        let why = match own {
            _ if paid.differs => LateReason::Mismatch,
            Some(_) => LateReason::Duplicate,
            None => end,
        };
        Some(paid_late(model, charge, duplicate.attempt, paid, why))
    });
    late.fold(Transition::default(), Transition::and)
}

/// Reads the charges of later attempts than the journal has, after the payment's own has ended unpaid.
pub(crate) fn read_later_attempts(model: &Model) -> Transition {
    let later = model.duplicates.iter().filter(|(_, duplicate)| duplicate.attempt > model.attempts);
    later.fold(Transition::default(), |step, (charge, _)| step.and(read(charge)))
}

/// Notifies of a charge that was paid and does not pay the order, once.
pub(crate) fn paid_late(
    model: &Model,
    charge: &ChargeId,
    attempt: NonZeroU32,
    paid: &PaidReading,
    why: LateReason,
) -> Transition {
    if model.late.contains_key(charge) {
        return Transition::default();
    }
    let PaidReading { amount, refunded, paid_at, .. } = *paid;
    let record = Record::PaidLate { charge: charge.clone(), attempt, amount, paid_at, why };
    let event = PaymentEvent::PaidLate {
        reference: model.intent.reference.clone(),
        charge: charge.clone(),
        attempt,
        amount,
        refunded,
        mode: charge.mode(),
        paid_at,
        why,
    };
    Transition { records: vec![record], events: vec![event], ..Transition::default() }
}

/// Polls the duplicates that have not ended, and continues the search for more.
pub(crate) fn poll(model: &Model, now: Timestamp) -> Transition {
    let open = || model.duplicates.iter().filter(|(_, duplicate)| duplicate.end.is_none());
    let mut step = open().fold(Transition::default(), |step, (charge, _)| step.and(read(charge)));
    if open().any(|(_, duplicate)| is_unended(duplicate.since, duplicate.expires_at, now)) {
        step = step.and(raise_alert(model, Alert::Overdue));
    }
    // The search for the payment's own charge finds duplicates too.
    if model.search.is_none() || matches!(model.state, State::Creating(_)) {
        return step;
    }
    let first = ChargeSearch::first(model.intent.served_at, model.opened_at);
    step.and(Transition { reads: vec![Request::FindCharge(first)], ..Transition::default() })
}

/// Raises an alert if the search has failed for too long.
pub(crate) fn search_overdue(model: &Model, now: Timestamp) -> Transition {
    let late = model.search.as_ref().is_some_and(|look_up| has_passed(look_up.since, PATIENCE_SECONDS, now));
    if late { raise_alert(model, Alert::SearchBlocked) } else { Transition::default() }
}

/// Ends the search for duplicates after its last page, if it can conclude.
pub(crate) fn last_page(model: &Model, look_up: &LookUp, reading: &Reading, now: Timestamp) -> Transition {
    let blocked = || raise_alert(model, Alert::SearchBlocked);
    match look_up.judge(reading, Patience::DUPLICATE_CHARGE, now) {
        Verdict::Conclusive => {
            let completed = Transition {
                records: vec![Record::SearchCompleted],
                deadline: DeadlineChange::Plan,
                ..Transition::default()
            };
            if reading.complete { completed } else { completed.and(blocked()) }
        }
        Verdict::First => not_listed(reading),
        Verdict::NoClock => blocked(),
        Verdict::Stale | Verdict::TooEarly => Transition::default(),
    }
}

/// Handles the failure of a search for duplicates.
pub(crate) fn search_failed(model: &Model, failure: &RequestFailure, now: Timestamp) -> Transition {
    key_refused(model, failure).and(search_overdue(model, now))
}
