//! The effect on a payment of a charge received from the service.

use std::num::NonZeroU32;

use kakaopay_types::{
    AttemptReference, Charge, Confirmed, Expected, Mismatch, Outcome, Reference, Unconfirmed,
};

use crate::alert::Alert;
use crate::event::{PaidOrder, PaymentEvent};
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::rules::{cancel, duplicates, pay_again};
use crate::state::cancellation::CancelWish;
use crate::state::duplicate_charge::PaidReading;
use crate::state::late_charge::LateReason;
use crate::state::lifecycle::{Creating, Pending, Stage, State};
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, raise_alert, read};

/// The message of a payment that failed because a person set its paid charge aside.
const SET_ASIDE: &str = "the paid charge differs from the order and was set aside";

/// Adopts a charge as the payment's own, if it equals the order.
pub(crate) fn adopt(model: &Model, creating: &Creating, charge: &Charge, origin: Origin) -> Transition {
    // A wrong or forged webhook named a charge of another order, or others edited a known duplicate.
    if origin != Origin::Creation && !is_of_order(model, charge) {
        return duplicates::judge(model, charge, origin);
    }
    let named = charge.metadata.attempt().filter(|_| is_of_order(model, charge));
    if named.is_some_and(|named| model.is_earlier(named.number())) {
        return duplicates::judge(model, charge, origin);
    }
    // A response to a creation names an attempt that was made; a read may name one that the restored store lacks.
    let is_made =
        |named: &AttemptReference| origin != Origin::Creation || named.number() <= creating.attempts;
    let expected = model.expected(charge.metadata.attempt().filter(is_made), creating.attempts);
    if let Err(member) = expected.check(charge) {
        let mut step = duplicates::judge(model, charge, origin);
        // The response to the creation may not name the order at all; then it is no duplicate either.
        if origin == Origin::Creation {
            step = step.and(raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member }));
        }
        // If a charge names the order but differs from it, another attempt would differ in the same way.
        let differs = origin == Origin::Creation || member != Mismatch::Reference;
        let blocked = differs && !model.is_set_aside(&charge.id);
        if blocked && creating.stage != Stage::Blocked {
            step.records.push(Record::Blocked);
            step.deadline = DeadlineChange::Plan;
        }
        return step;
    }
    if is_superseded(creating, charge) {
        return duplicates::judge(model, charge, origin);
    }
    let authorize_uri = charge.authorize_uri.clone().map(String::from);
    let mut step = Transition {
        records: vec![Record::ChargeFound {
            charge: charge.id.clone(),
            attempt: expected.attempt.number(),
            authorize_uri: authorize_uri.clone(),
            expires_at: charge.expires_at,
            lifetime: lifetime(charge),
        }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match charge.outcome() {
        // It is to be cancelled: the buyer does not get its link.
        Outcome::Pending | Outcome::Unknown(_) if model.cancel.wish.is_some() => {
            step = step.and(cancel::request(&charge.id));
        }
        Outcome::Pending => step.redirect = authorize_uri,
        // An unknown status does not keep the buyer from paying.
        Outcome::Unknown(_) => {
            step.redirect = authorize_uri;
            step.reads = if origin == Origin::Read { Vec::new() } else { read(&charge.id).reads };
        }
        _ if origin == Origin::Read => conclude(model, &expected, charge, &mut step),
        _ => step.reads = read(&charge.id).reads,
    }
    step.and(duplicates::paid_duplicates(model, Some(&charge.id), LateReason::Duplicate))
}

/// Returns whether an earlier attempt created the charge, which has ended unpaid. The last attempt may have
/// created another that the buyer can pay.
pub(crate) fn is_superseded(creating: &Creating, charge: &Charge) -> bool {
    charge.metadata.attempt().is_some_and(|attempt| attempt.number() < creating.attempts)
        && matches!(charge.outcome(), Outcome::Failed { .. } | Outcome::Expired)
}

/// Compares a pending payment with a charge received from the service.
pub(crate) fn judge(model: &Model, pending: &Pending, charge: &Charge, origin: Origin) -> Transition {
    if charge.id != pending.charge {
        return duplicates::judge(model, charge, origin);
    }
    let expected = expected_of(model, pending);
    if let Err(member) = expected.check(charge) {
        let step = raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member });
        return match origin {
            Origin::Read => step.and(end_of_differing(model, &expected, charge, member)),
            Origin::Creation | Origin::List => step,
        };
    }
    let mut step = Transition::default();
    match charge.outcome() {
        Outcome::Pending => fill_in(model, pending, charge, &mut step),
        _ if origin == Origin::Read => conclude(model, &expected, charge, &mut step),
        _ => step.reads = read(&charge.id).reads,
    }
    let is_end =
        |record: &Record| matches!(record, Record::Failed { .. } | Record::Expired | Record::Cancelled);
    if step.records.iter().any(is_end) {
        return step.and(duplicates::read_later_attempts(model));
    }
    if step.records.iter().any(|record| matches!(record, Record::Successful { .. })) {
        return step.and(duplicates::paid_duplicates(model, Some(&charge.id), LateReason::Duplicate));
    }
    step
}

/// Ends a payment whose own charge differs from the order. Staff may have edited its metadata: no money comes by a charge
/// that failed or expired, whatever it names. Once a person has set it aside, one that was paid does not pay the order.
fn end_of_differing(model: &Model, expected: &Expected, charge: &Charge, member: Mismatch) -> Transition {
    let is_edited = matches!(member, Mismatch::Reference | Mismatch::Store);
    let is_set_aside = model.is_set_aside(&charge.id);
    let mut step = Transition::default();
    match charge.outcome() {
        Outcome::Failed { .. } | Outcome::Expired if is_edited || is_set_aside => {
            conclude(model, expected, charge, &mut step);
        }
        Outcome::Successful if is_set_aside => {
            let (reference, charge_id) = (model.intent.reference.clone(), charge.id.clone());
            let message = Some(SET_ASIDE.to_owned());
            step.records.push(Record::Failed { code: None, message: message.clone() });
            step.events.push(PaymentEvent::Failed {
                reference,
                attempt: expected.attempt.number(),
                charge: charge_id,
                failure_code: None,
                failure_message: message,
            });
            step.deadline = DeadlineChange::Plan;
            let (attempt, paid) = (expected.attempt.number(), PaidReading::of(charge, true));
            return step.and(duplicates::paid_late(model, &charge.id, attempt, &paid, LateReason::Mismatch));
        }
        _ => {}
    }
    step
}

/// Compares a final payment with a charge that is not its own.
pub(crate) fn judge_other(model: &Model, charge: &Charge, origin: Origin) -> Transition {
    pay_again::take_up(model, charge, origin).unwrap_or_else(|| duplicates::judge(model, charge, origin))
}

/// Compares a final payment with a charge received from the service. The state never changes.
pub(crate) fn contradict(model: &Model, pending: &Pending, charge: &Charge, origin: Origin) -> Transition {
    if charge.id != pending.charge {
        return judge_other(model, charge, origin);
    }
    if let Err(member) = expected_of(model, pending).check(charge) {
        return raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member });
    }
    let agrees = match charge.outcome() {
        // A refund that failed after all leaves a paid order that was not shipped.
        Outcome::Successful => match model.state {
            State::Successful { refunded_in_full, .. } => !refunded_in_full || charge.is_refunded_in_full(),
            _ => false,
        },
        Outcome::Failed { .. } => matches!(model.state, State::Failed { .. }),
        Outcome::Expired => matches!(model.state, State::Expired(_) | State::Cancelled(_)),
        // A stale read, or an unknown status.
        Outcome::Pending | Outcome::Unknown(_) => true,
    };
    if agrees {
        return Transition::default();
    }
    let late = match model.state {
        State::Failed { .. } if charge.outcome() == Outcome::Successful => Some(LateReason::Failed),
        State::Expired(_) if charge.outcome() == Outcome::Successful => Some(LateReason::Expired),
        State::Cancelled(_) if charge.outcome() == Outcome::Successful => Some(LateReason::Cancelled),
        _ => None,
    };
    let status = charge.status.to_string();
    match (origin, late) {
        (Origin::Read, Some(why)) => {
            let paid = PaidReading::of(charge, false);
            duplicates::paid_late(model, &charge.id, pending.attempt, &paid, why)
        }
        (Origin::Read, None) => {
            raise_alert(model, Alert::Contradiction { charge: charge.id.clone(), status })
        }
        (Origin::Creation | Origin::List, _) => read(&charge.id),
    }
}

/// Records the members of a pending charge that were missing before.
fn fill_in(model: &Model, pending: &Pending, charge: &Charge, step: &mut Transition) {
    if let (None, Some(authorize_uri)) = (&pending.authorize_uri, &charge.authorize_uri) {
        let authorize_uri = String::from(authorize_uri.clone());
        step.records.push(Record::AuthorizeUriLearned { authorize_uri: authorize_uri.clone() });
        step.redirect = Some(authorize_uri).filter(|_| model.cancel.wish.is_none());
    }
    if let (None, Some(expires_at)) = (pending.expires_at, charge.expires_at) {
        step.records.push(Record::ExpiryLearned { expires_at, lifetime: lifetime(charge) });
        step.deadline = DeadlineChange::Plan;
    }
}

/// Returns the lifetime of a charge in milliseconds, by the service's clock alone.
fn lifetime(charge: &Charge) -> Option<i64> {
    charge.expires_at.zip(charge.created_at()).map(|(end, start)| end.millis_since(start))
}

/// Adds the record and the event of the charge's end.
fn conclude(model: &Model, expected: &Expected, charge: &Charge, step: &mut Transition) {
    let reference = model.intent.reference.clone();
    let wish = model.cancel.wish.as_ref();
    let (record, event) = match charge.outcome() {
        Outcome::Successful if wish.is_some_and(CancelWish::forbids_goods) => {
            add_cancelled(reference, expected, charge, step);
            let (attempt, paid) = (expected.attempt.number(), PaidReading::of(charge, false));
            let late = duplicates::paid_late(model, &charge.id, attempt, &paid, LateReason::Cancelled);
            step.records.extend(late.records);
            step.events.extend(late.events);
            return;
        }
        Outcome::Expired if wish.is_some() => return add_cancelled(reference, expected, charge, step),
        Outcome::Successful => {
            let attempt = expected.attempt.number();
            let event = match Confirmed::paid(charge.clone(), expected) {
                Ok(confirmed) => PaymentEvent::Paid(PaidOrder::of(&confirmed, &reference, attempt)),
                Err(Unconfirmed::RefundedInFull) => paid_and_refunded(charge, reference, attempt),
                Err(_) => return,
            };
            let refunded_in_full = matches!(event, PaymentEvent::PaidAndRefunded { .. });
            (Record::Successful { paid_at: charge.paid_at, refunded_in_full }, event)
        }
        Outcome::Failed { code, message } => {
            let (code, message) = (code.cloned(), message.map(str::to_owned));
            let event = PaymentEvent::Failed {
                reference,
                attempt: expected.attempt.number(),
                charge: charge.id.clone(),
                failure_code: code.clone(),
                failure_message: message.clone(),
            };
            (Record::Failed { code, message }, event)
        }
        Outcome::Expired => (
            Record::Expired,
            PaymentEvent::Expired {
                reference,
                attempt: expected.attempt.number(),
                charge: charge.id.clone(),
            },
        ),
        Outcome::Pending | Outcome::Unknown(_) => return,
    };
    step.records.push(record);
    step.events.push(event);
    step.deadline = DeadlineChange::Plan;
}

/// Adds the record and the event of a payment that was cancelled, and whose charge has ended.
fn add_cancelled(reference: Reference, expected: &Expected, charge: &Charge, step: &mut Transition) {
    step.records.push(Record::Cancelled);
    step.events.push(PaymentEvent::Cancelled {
        reference,
        attempt: expected.attempt.number(),
        charge: Some(charge.id.clone()),
    });
    step.deadline = DeadlineChange::Plan;
}

/// Returns the event of a charge that equals the order, and was paid and refunded in full.
fn paid_and_refunded(charge: &Charge, reference: Reference, attempt: NonZeroU32) -> PaymentEvent {
    PaymentEvent::PaidAndRefunded {
        reference,
        attempt,
        charge: charge.id.clone(),
        amount: charge.money(),
        refunded: charge.refunded(),
        mode: charge.id.mode(),
        paid_at: charge.paid_at,
    }
}

fn expected_of(model: &Model, pending: &Pending) -> Expected {
    let attempt = model.intent.reference.attempt(pending.attempt);
    model.expected(Some(attempt), pending.attempt).own_charge(pending.charge.clone())
}
