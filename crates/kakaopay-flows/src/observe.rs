//! What a charge that came from the service says about a payment.

use kakaopay_types::{Charge, Confirmed, Expected, Mismatch, Outcome};

use crate::event::{Attention, Event, Settlement};
use crate::input::Now;
use crate::model::Model;
use crate::output::Deadline;
use crate::record::Record;
use crate::schedule;
use crate::state::{Creating, Pending, Stage, State};
use crate::step::{Step, note, read};

/// How a charge came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// As the answer to its creation.
    Creation,
    /// In a list.
    List,
    /// By reading it. Only this says what became of it.
    Read,
}

/// Takes a charge as the payment's own, if it is the order's.
pub(crate) fn adopt(model: &Model, creating: &Creating, charge: &Charge, via: Via, now: Now) -> Step {
    let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
    if let Err(member) = expected.check(charge) {
        let mut step = note(model, Attention::Mismatch { charge: charge.id.clone(), member });
        // A charge that names the order and yet differs would be created just so again.
        let stop = via == Via::Creation || member != Mismatch::Reference;
        if stop && creating.stage != Stage::Halted {
            step.records.push(Record::Halted);
            step.deadline = Some(Deadline::Never);
        }
        return step;
    }
    let next = schedule::next_look(now, charge.expires_at, now, model.intent.jitter_seed);
    let mut step = Step {
        records: vec![Record::ChargeFound {
            charge: charge.id.clone(),
            attempt: expected.attempt.number(),
            authorize_uri: charge.authorize_uri.clone().map(String::from),
            expires_at: charge.expires_at,
        }],
        deadline: Some(Deadline::At(next)),
        ..Step::default()
    };
    match charge.outcome() {
        Outcome::Pending => step.redirect = charge.authorize_uri.clone().map(String::from),
        _ if via == Via::Read => conclude(model, &expected, charge, &mut step),
        _ => step.read = read(&charge.id).read,
    }
    step
}

/// Judges a pending payment by a charge that was read.
pub(crate) fn judge(model: &Model, pending: &Pending, charge: &Charge) -> Step {
    if charge.id != pending.charge {
        return another(model, pending, charge);
    }
    let expected = expected_of(model, pending);
    if let Err(member) = expected.check(charge) {
        return note(model, Attention::Mismatch { charge: charge.id.clone(), member });
    }
    let mut step = Step::default();
    conclude(model, &expected, charge, &mut step);
    step
}

/// Compares a payment that has ended with a charge that was read. The state stays as it is.
pub(crate) fn contradict(model: &Model, pending: &Pending, charge: &Charge) -> Step {
    if charge.id != pending.charge {
        return another(model, pending, charge);
    }
    if let Err(member) = expected_of(model, pending).check(charge) {
        return note(model, Attention::Mismatch { charge: charge.id.clone(), member });
    }
    let agrees = match charge.outcome() {
        Outcome::Successful => matches!(model.state, State::Successful(_)),
        Outcome::Failed { .. } => matches!(model.state, State::Failed { .. }),
        Outcome::Expired => matches!(model.state, State::Expired(_)),
        // A reading older than the end, or a status that says nothing.
        Outcome::Pending | Outcome::Unknown(_) => true,
    };
    if agrees { Step::default() } else { note(model, contradiction(charge)) }
}

/// Judges a charge that was read of a payment that was refused.
pub(crate) fn unasked(model: &Model, charge: &Charge) -> Step {
    if names_order(model, charge) && charge.outcome() == Outcome::Successful {
        note(model, contradiction(charge))
    } else {
        Step::default()
    }
}

/// Judges a charge that was read and is not the payment's own.
fn another(model: &Model, pending: &Pending, charge: &Charge) -> Step {
    if names_order(model, charge) && charge.outcome() == Outcome::Successful {
        let (charge, other) = (pending.charge.clone(), charge.id.clone());
        note(model, Attention::PaidTwice { charge, other })
    } else {
        Step::default()
    }
}

/// Adds what the end of a charge leads to.
fn conclude(model: &Model, expected: &Expected, charge: &Charge, step: &mut Step) {
    let reference = model.intent.reference.clone();
    let (record, event) = match charge.outcome() {
        Outcome::Successful => {
            let Ok(confirmed) = Confirmed::paid(charge.clone(), expected) else {
                return;
            };
            let settlement = Settlement::of(&confirmed, &reference, expected.attempt.number());
            (Record::Successful { paid_at: charge.paid_at }, Event::Settled(settlement))
        }
        Outcome::Failed { code, message } => {
            let (code, message) = (code.cloned(), message.map(str::to_owned));
            let event = Event::Failed {
                reference,
                charge: charge.id.clone(),
                failure_code: code.clone(),
                failure_message: message.clone(),
            };
            (Record::Failed { code, message }, event)
        }
        Outcome::Expired => (Record::Expired, Event::Expired { reference, charge: charge.id.clone() }),
        Outcome::Pending | Outcome::Unknown(_) => return,
    };
    step.records.push(record);
    step.events.push(event);
    step.deadline = Some(Deadline::Never);
}

fn expected_of(model: &Model, pending: &Pending) -> Expected {
    let attempt = model.intent.reference.attempt(pending.attempt);
    model.intent.expected(Some(attempt), pending.attempt)
}

fn names_order(model: &Model, charge: &Charge) -> bool {
    charge.metadata.attempt().is_some_and(|attempt| *attempt.order() == model.intent.reference)
}

fn contradiction(charge: &Charge) -> Attention {
    Attention::Contradiction { charge: charge.id.clone(), status: charge.status.to_string() }
}
