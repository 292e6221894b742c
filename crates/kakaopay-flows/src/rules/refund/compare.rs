//! The effect of a refund received from the service on a refund begun here.

use kakaopay_types::{AttemptReference, Money, Reference, Refund as Made, RefundStatus};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::refund_order::LateRefund;
use crate::rules::refund::effects::{notice, record_of};
use crate::state::late_charge::PaidCharge;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;
use crate::transition::{Transition, raise_alert};

/// The source of a refund's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The response to its creation.
    Creation,
    /// The list of the charge's refunds.
    List {
        /// Whether a refund that the list lacks can no longer appear.
        conclusive: bool,
    },
}

/// Returns the payment's refund that a refund at the service belongs to, of the same charge.
pub(crate) fn of_payment<'a>(model: &'a Model, made: &Made) -> Option<(&'a Reference, &'a RefundProcess)> {
    let known = model.refunds.iter().find(|(_, refund)| refund.is_known_as(&made.id));
    let found = known.or_else(|| model.refunds.get_key_value(&name_of(model, made)?));
    // One that differs and that a person acknowledged counts as made elsewhere.
    let is_set_aside = |reference: &Reference| {
        let (reference, refund) = (reference.clone(), made.id.clone());
        model.is_acknowledged(&Alert::RefundMismatch { reference, refund })
    };
    found.filter(|(reference, refund)| refund.charge() == made.charge_id() && !is_set_aside(reference))
}

/// Returns whether a refund's metadata has a refund reference, of whatever store.
pub(crate) fn is_named(made: &Made) -> bool {
    reference_in(made).is_some()
}

/// Returns the refund reference in a refund's metadata, if it names the payment's store beside it. Another store's
/// reference may be the same and is another refund.
fn name_of(model: &Model, made: &Made) -> Option<Reference> {
    let is_own = made.metadata.store().as_ref() == Some(&model.intent.store);
    reference_in(made).filter(|_| is_own)
}

fn reference_in(made: &Made) -> Option<Reference> {
    Reference::parse(made.metadata.get(AttemptReference::METADATA_KEY)?.as_str()?).ok()
}

/// Takes in a refund that names the payment's store and a reference that the payment does not have: a copy was restored
/// that is older than the refund. It is notified under the key that it had before.
pub(crate) fn take_in(model: &Model, paid: &PaidCharge, made: &Made) -> Option<Transition> {
    let reference = name_of(model, made)?;
    let is_known = model.refunds.values().any(|refund| refund.is_known_as(&made.id));
    let is_lost = !is_known
        && !model.refunds.contains_key(&reference)
        && !model.elsewhere.contains_key(&made.id)
        && *made.charge_id() == paid.charge
        && made.status != Some(RefundStatus::Failed);
    let (charge, amount) = (paid.charge.clone(), made.money());
    let ordered = RefundRecord::Ordered { charge, amount, void: None, late_refund: LateRefund::Reject };
    is_lost.then(|| Transition { records: vec![record_of(&reference, ordered)], ..Transition::default() })
}

/// Compares a refund at the service with the refund begun here that it belongs to.
pub(crate) fn judge(
    model: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    made: &Made,
    origin: Origin,
) -> Transition {
    if !is_same(model, paid, (reference, refund), made, origin) {
        // A failed refund in the list moved no money, so its members do not matter.
        let harmless = origin != Origin::Creation && made.status == Some(RefundStatus::Failed);
        return if harmless { Transition::default() } else { mismatched(model, reference, refund, made) };
    }
    let last_word = refund.requests <= 1 || origin == Origin::List { conclusive: true };
    if made.status == Some(RefundStatus::Failed) && !last_word && !refund.state().is_final() {
        return superseded(reference, refund, made);
    }
    match refund.state() {
        RefundState::Preparing | RefundState::Requested | RefundState::Searching | RefundState::Blocked => {
            conclude(model, paid, reference, refund, made)
        }
        RefundState::Pending { refund: known } if *known == made.id => {
            if is_undecided(made) {
                Transition::default()
            } else {
                conclude(model, paid, reference, refund, made)
            }
        }
        RefundState::Completed { refund: known, .. } if *known == made.id => match &made.status {
            Some(RefundStatus::Failed) => contradicted(model, reference, made),
            _ => Transition::default(),
        },
        RefundState::Failed { refund: known } if *known == made.id => match &made.status {
            Some(RefundStatus::Closed) => {
                duplicate(reference, refund, made).and(contradicted(model, reference, made))
            }
            _ => Transition::default(),
        },
        // A further refund that failed changes nothing.
        _ if made.status == Some(RefundStatus::Failed) => Transition::default(),
        RefundState::Pending { refund: known } | RefundState::Completed { refund: known, .. } => {
            let (known, other) = (known.clone(), made.id.clone());
            let alert = Alert::RefundedTwice { reference: reference.clone(), refund: known, other };
            duplicate(reference, refund, made).and(raise_alert(model, alert))
        }
        RefundState::Failed { .. } | RefundState::Refused { .. } | RefundState::Cancelled { .. } => {
            duplicate(reference, refund, made).and(contradicted(model, reference, made))
        }
    }
}

/// Records a refund at the service beside the one that the refund has ended with, so that it counts.
fn duplicate(reference: &Reference, refund: &RefundProcess, made: &Made) -> Transition {
    if refund.duplicates().contains_key(&made.id) {
        return Transition::default();
    }
    let amount = Money::new(made.amount.max(0), refund.amount().currency());
    let record = RefundRecord::DuplicateFound { refund: made.id.clone(), amount };
    Transition { records: vec![record_of(reference, record)], ..Transition::default() }
}

/// Continues the search after a refund at the service failed, because another request may still make one that
/// does not fail.
fn superseded(reference: &Reference, refund: &RefundProcess, made: &Made) -> Transition {
    if refund.state().refund() != Some(&made.id) {
        return Transition::default();
    }
    let records = vec![record_of(reference, RefundRecord::OutcomeUnknown)];
    Transition { records, deadline: DeadlineChange::Plan, ..Transition::default() }
}

/// Compares a refund at the service that replaces a failed one with the refund begun here.
pub(crate) fn replace(
    model: &Model,
    paid: &PaidCharge,
    reference: &Reference,
    refund: &RefundProcess,
    made: &Made,
) -> Transition {
    if is_same(model, paid, (reference, refund), made, Origin::List { conclusive: false }) {
        conclude(model, paid, reference, refund, made)
    } else {
        mismatched(model, reference, refund, made)
    }
}

/// Returns whether a refund at the service equals the request.
fn is_same(
    model: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    made: &Made,
    origin: Origin,
) -> bool {
    // A refund adopted before, or returned by the request itself, need not carry the reference.
    let names_other = reference_in(made).is_some_and(|name| name != *reference)
        || made.metadata.store().is_some_and(|store| store != model.intent.store);
    let is_known = refund.state().refund() == Some(&made.id) || origin == Origin::Creation;
    (name_of(model, made).as_ref() == Some(reference) || (is_known && !names_other))
        && made.money() == refund.amount()
        && *made.charge_id() == paid.charge
        && made.id.mode() == model.intent.mode
        && made.livemode.is_none_or(|live| live == model.intent.mode.is_live())
}

/// Raises an alert for a refund that differs from the request, and blocks the refund unless another was
/// found.
fn mismatched(model: &Model, reference: &Reference, refund: &RefundProcess, made: &Made) -> Transition {
    let alert = Alert::RefundMismatch { reference: reference.clone(), refund: made.id.clone() };
    let mut step = raise_alert(model, alert);
    // Another request would make the same again.
    let blocks = !refund.state().is_final() && refund.state().refund().is_none();
    if blocks && !(*refund.state() == RefundState::Blocked && refund.is_known_as(&made.id)) {
        step.records.push(record_of(reference, RefundRecord::Blocked { refund: made.id.clone() }));
        step.deadline = DeadlineChange::Plan;
    }
    // A refund that ended without it does not count it otherwise.
    let other = refund.state().is_final() && refund.state().refund() != Some(&made.id);
    let counts = other && made.status != Some(RefundStatus::Failed);
    if counts { step.and(duplicate(reference, refund, made)) } else { step }
}

/// Adopts a refund at the service as the requested one.
fn conclude(
    model: &Model,
    paid: &PaidCharge,
    reference: &Reference,
    refund: &RefundProcess,
    made: &Made,
) -> Transition {
    let notice = notice(model, paid, reference, refund);
    let id = made.id.clone();
    let (record, event) = match &made.status {
        Some(RefundStatus::Failed) => (
            RefundRecord::Failed { refund: id.clone() },
            Some(PaymentEvent::RefundFailed { notice, refund: id }),
        ),
        // An API version without refund statuses has only closed refunds.
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
