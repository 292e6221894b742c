//! Cancelling: the wish of the merchant or the end of the hold, its requests, and their responses.
//!
//! A request to end a charge names its charge, so that a repeated one moves no money. Only a read of the charge ends the
//! payment.

use kakaopay_types::endpoint::ExpireCharge;
use kakaopay_types::{Charge, ChargeId, Outcome, Timestamp};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::failure::{RequestFailure, RequestOutcome};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::refusal::Refusal;
use crate::rules::duplicates;
use crate::schedule::{has_passed, next_poll};
use crate::state::cancellation::{CancelWish, CancelledBy};
use crate::state::late_charge::LateReason;
use crate::state::lifecycle::{Pending, State};
use crate::state::model::Model;
use crate::transition::{Transition, raise_alert, read};

/// A read of the payment's own charge: what it was requested after, and when it was served.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadAt {
    pub(crate) after_seq: u64,
    pub(crate) served_at: Option<Timestamp>,
}

/// Handles the merchant's wish to cancel.
pub(crate) fn wish(model: &Model) -> Transition {
    let is_wished = model.cancel.wish.as_ref().is_some_and(CancelWish::forbids_goods);
    if is_wished || model.state.is_final() {
        return Transition::default();
    }
    let wished = Transition {
        records: vec![Record::CancelWished { by: CancelledBy::Merchant }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match &model.state {
        // No charge was requested, or the request had no effect.
        State::Creating(creating) if creating.is_unsent() => wished.and(cancelled(model)),
        // Its hold has ended, and the request is under way.
        State::Pending(_) if model.cancel.wish.is_some() => wished,
        State::Pending(pending) => wished.and(request(&pending.charge)),
        _ => wished,
    }
}

/// Takes the wish back, so that the charge or the attempt goes on as before. The end of a hold stands until the service
/// has ended the charge or refused to.
pub(crate) fn take_back(model: &Model) -> Transition {
    let wish = model.cancel.wish.as_ref().filter(|wish| wish.forbids_goods());
    let Some(wish) = wish.filter(|_| !model.state.is_final()) else { return Transition::default() };
    let hold_stands = wish.ends_hold && !wish.is_refused;
    let by = CancelledBy::Hold;
    let record = if hold_stands { Record::CancelWished { by } } else { Record::CancelTakenBack };
    let taken_back =
        Transition { records: vec![record], deadline: DeadlineChange::Plan, ..Transition::default() };
    let State::Pending(pending) = &model.state else { return taken_back };
    let redirect = pending.authorize_uri.clone().filter(|_| !hold_stands);
    // A request that was sent may have ended the charge, or still end it.
    let reading = wish.requested_at.map(|_| read(&pending.charge)).unwrap_or_default();
    Transition { redirect, ..taken_back }.and(reading)
}

/// Ends a payment that is to be cancelled and has no charge.
pub(crate) fn cancelled(model: &Model) -> Transition {
    let (reference, attempt) = (model.intent.reference.clone(), model.attempt());
    let ended = Transition {
        records: vec![Record::Cancelled],
        events: vec![PaymentEvent::Cancelled { reference, attempt, charge: None }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    ended.and(duplicates::paid_duplicates(model, None, LateReason::Cancelled))
}

/// Requests the end of a charge.
pub(crate) fn request(charge: &ChargeId) -> Transition {
    Transition {
        records: vec![Record::CancelRequested { charge: charge.clone() }],
        mutations: vec![Request::ExpireCharge(ExpireCharge::new(charge.clone()))],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Handles the response to a request to end the payment's charge.
pub(crate) fn response(
    model: &Model,
    pending: &Pending,
    charge: &ChargeId,
    result: Result<&Charge, &RequestFailure>,
) -> Transition {
    if *charge != pending.charge {
        return Transition::default();
    }
    match result.map_err(RequestFailure::outcome) {
        Ok(_) | Err(RequestOutcome::Unknown) => read(charge),
        // It is requested again on schedule.
        Err(RequestOutcome::NotDone) => Transition::default(),
        Err(RequestOutcome::KeyRefused(code)) => raise_alert(model, Alert::key_refused(code)),
        Err(RequestOutcome::Refused(error)) => {
            if !model.cancel.wish.as_ref().is_some_and(CancelWish::is_pursued) {
                return Transition::default();
            }
            let Refusal { code, message } = error.into();
            let records = vec![Record::CancelRejected { code, message }];
            Transition { records, deadline: DeadlineChange::Plan, ..read(charge) }
        }
    }
}

/// Goes on after a reading of the payment's charge, which can still be paid: ends its hold, requests its end again, or
/// notifies that the service refuses.
pub(crate) fn after_reading(
    model: &Model,
    pending: &Pending,
    charge: &Charge,
    read: ReadAt,
    now: Timestamp,
) -> Transition {
    let is_payable = matches!(charge.outcome(), Outcome::Pending | Outcome::Unknown(_));
    if charge.id != pending.charge || !is_payable {
        return Transition::default();
    }
    match &model.cancel.wish {
        None if has_hold_ended(model, charge, read.served_at) => {
            let by = CancelledBy::Hold;
            let wished = Transition { records: vec![Record::CancelWished { by }], ..Transition::default() };
            wished.and(request(&charge.id))
        }
        None => Transition::default(),
        Some(wish) if wish.is_refused => Transition::default(),
        Some(CancelWish { rejected: Some(rejected), .. })
            if read.after_seq >= *rejected && charge.outcome() == Outcome::Pending =>
        {
            refused(model, pending)
        }
        Some(wish) if wish.is_pursued() && is_due(wish, model.intent.jitter_seed, now) => request(&charge.id),
        Some(_) => Transition::default(),
    }
}

/// Notifies that the service refuses to end the charge, which can still be paid.
fn refused(model: &Model, pending: &Pending) -> Transition {
    Transition {
        records: vec![Record::CancelRefused],
        events: vec![PaymentEvent::CancelRefused {
            reference: model.intent.reference.clone(),
            attempt: pending.attempt,
            charge: pending.charge.clone(),
            payable_until: pending.expires_at,
            number: model.cancel.refusals.saturating_add(1),
        }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Returns whether the hold of the charge has ended, by the service's clock alone.
fn has_hold_ended(model: &Model, charge: &Charge, served_at: Option<Timestamp>) -> bool {
    let hold = model.intent.pay_within.filter(|_| !model.cancel.hold_has_ended);
    let age = served_at.zip(charge.created_at()).map(|(now, created_at)| now.millis_since(created_at));
    let length = hold.map(|hold| i64::try_from(hold.as_millis()).unwrap_or(i64::MAX));
    age.zip(length).is_some_and(|(age, length)| age >= length)
}

/// Returns whether the request is to be repeated: at the pace of polls that begin with the wish.
fn is_due(wish: &CancelWish, seed: u64, now: Timestamp) -> bool {
    let Some(last) = wish.requested_at else { return true };
    let pause = next_poll(wish.since, None, last, seed).millis_since(last) / 1_000;
    has_passed(last, pause.clamp(1, 3_600), now)
}
