//! What a refund that came from the service says about one that was ordered here.

use kakaopay_types::{AttemptReference, Reference, Refund as Made, RefundStatus};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::rules::refund::effects::{notice, record_of};
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::state::refund::{RefundProcess, RefundState};
use crate::transition::{Transition, raise_alert};

/// How a refund came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// As the answer to its creation.
    Creation,
    /// In the list of the charge's refunds.
    List {
        /// Whether what is not in it can no longer come.
        conclusive: bool,
    },
}

/// The refund of the payment that one at the service is, or was made for.
pub(crate) fn of_payment<'a>(model: &'a Model, made: &Made) -> Option<(&'a Reference, &'a RefundProcess)> {
    let known = model.refunds.iter().find(|(_, refund)| refund.is_known_as(&made.id));
    known.or_else(|| {
        let name = made.metadata.get(AttemptReference::METADATA_KEY)?.as_str()?;
        model.refunds.get_key_value(&Reference::parse(name).ok()?)
    })
}

/// Judges a refund at the service that answers, or names, one that was ordered here.
pub(crate) fn judge(
    model: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &RefundProcess),
    made: &Made,
    via: Origin,
) -> Transition {
    if !is_same(model, pending, reference, refund, made) {
        // One in the list that has failed moved nothing, whatever it was for.
        let harmless = via != Origin::Creation && made.status == Some(RefundStatus::Failed);
        return if harmless { Transition::default() } else { mismatched(model, reference, refund, made) };
    }
    let last_word = refund.requests <= 1 || via == Origin::List { conclusive: true };
    if made.status == Some(RefundStatus::Failed) && !last_word && !refund.state().is_final() {
        return outlived(reference, refund, made);
    }
    match refund.state() {
        RefundState::Preparing | RefundState::Requested | RefundState::Searching | RefundState::Blocked => {
            conclude(model, pending, reference, refund, made)
        }
        RefundState::Pending { refund: known } if *known == made.id => {
            if is_undecided(made) {
                Transition::default()
            } else {
                conclude(model, pending, reference, refund, made)
            }
        }
        RefundState::Completed { refund: known, .. } if *known == made.id => match &made.status {
            Some(RefundStatus::Failed) => contradicted(model, reference, made),
            _ => Transition::default(),
        },
        RefundState::Failed { refund: known } if *known == made.id => match &made.status {
            Some(RefundStatus::Closed) => contradicted(model, reference, made),
            _ => Transition::default(),
        },
        // A further one that has failed changes nothing.
        _ if made.status == Some(RefundStatus::Failed) => Transition::default(),
        RefundState::Pending { refund: known } | RefundState::Completed { refund: known, .. } => {
            let (refund, other) = (known.clone(), made.id.clone());
            raise_alert(model, Alert::RefundedTwice { reference: reference.clone(), refund, other })
        }
        RefundState::Failed { .. } | RefundState::Refused { .. } | RefundState::Cancelled { .. } => {
            contradicted(model, reference, made)
        }
    }
}

/// One has failed, and another request may have made, or make, one that does not: the refund ends when
/// that is known.
fn outlived(reference: &Reference, refund: &RefundProcess, made: &Made) -> Transition {
    if refund.state().refund() != Some(&made.id) {
        return Transition::default();
    }
    let records = vec![record_of(reference, RefundRecord::OutcomeUnknown)];
    Transition { records, deadline: DeadlineChange::Plan, ..Transition::default() }
}

/// Judges one that was made in place of what was taken for the refund, and has failed.
pub(crate) fn replace(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &RefundProcess,
    made: &Made,
) -> Transition {
    if is_same(model, pending, reference, refund, made) {
        conclude(model, pending, reference, refund, made)
    } else {
        mismatched(model, reference, refund, made)
    }
}

/// Whether a refund at the service is what was asked for.
fn is_same(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &RefundProcess,
    made: &Made,
) -> bool {
    let name = made.metadata.get(AttemptReference::METADATA_KEY).and_then(|name| name.as_str());
    // What was taken for it before need not say its name again.
    (name == Some(reference.as_str()) || refund.state().refund() == Some(&made.id))
        && made.amount == refund.amount()
        && made.currency == model.intent.amount.currency()
        && *made.charge_id() == pending.charge
        && made.id.mode() == model.intent.mode
        && made.livemode.is_none_or(|live| live == model.intent.mode.is_live())
}

fn mismatched(model: &Model, reference: &Reference, refund: &RefundProcess, made: &Made) -> Transition {
    let alert = Alert::RefundMismatch { reference: reference.clone(), refund: made.id.clone() };
    let mut step = raise_alert(model, alert);
    // It would be made just so again.
    let stop = !refund.state().is_final() && refund.state().refund().is_none();
    if stop && !(*refund.state() == RefundState::Blocked && refund.is_known_as(&made.id)) {
        step.records.push(record_of(reference, RefundRecord::Blocked { refund: made.id.clone() }));
        step.deadline = DeadlineChange::Plan;
    }
    step
}

/// Takes a refund at the service as the one that was ordered.
fn conclude(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &RefundProcess,
    made: &Made,
) -> Transition {
    let notice = notice(model, pending, reference, refund);
    let id = made.id.clone();
    let (record, event) = match &made.status {
        Some(RefundStatus::Failed) => (
            RefundRecord::Failed { refund: id.clone() },
            Some(PaymentEvent::RefundFailed { notice, refund: id }),
        ),
        // Without a status it is of an API version that has only this one.
        Some(RefundStatus::Closed) | None => {
            let event = PaymentEvent::Refunded { notice, refund: id.clone(), voided: made.voided };
            (RefundRecord::Completed { refund: id, voided: made.voided }, Some(event))
        }
        Some(_) => (RefundRecord::Found { refund: id }, None),
    };
    Transition {
        records: vec![record_of(reference, record)],
        events: event.into_iter().collect(),
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

fn is_undecided(made: &Made) -> bool {
    !matches!(made.status, None | Some(RefundStatus::Closed | RefundStatus::Failed))
}

fn contradicted(model: &Model, reference: &Reference, made: &Made) -> Transition {
    let status = made.status.as_ref().map_or_else(|| "closed".to_owned(), ToString::to_string);
    let (reference, refund) = (reference.clone(), made.id.clone());
    raise_alert(model, Alert::RefundContradiction { reference, refund, status })
}
