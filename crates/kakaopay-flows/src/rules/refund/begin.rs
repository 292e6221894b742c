//! The beginning of a refund, and its request after the list of refunds was read.

use kakaopay_types::endpoint::{CreateRefund, RefundMetadata};
use kakaopay_types::{Charge, ChargeId, Money, Reference, RefundAmount, RefundWindow, Timestamp};

use crate::alert::Alert;
use crate::error::RefundError;
use crate::event::PaymentEvent;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::refund_order::{CancelReason, LateRefund, RefundRequest};
use crate::rules::refund::effects::{notice, record_of};
use crate::search::RefundSearch;
use crate::state::late_charge::PaidCharge;
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;
use crate::transition::{Transition, raise_alert};

/// Begins a refund. Returns `None` if the same refund has already begun.
///
/// # Errors
/// [`RefundError`] if the payment is not paid, or the refund is not possible.
pub(crate) fn open(
    model: &Model,
    request: &RefundRequest,
    now: Timestamp,
) -> Result<Option<Transition>, RefundError> {
    let paid = paid_charge(model, request)?;
    let amount = Money::new(request.amount.minor_units(), paid.amount.currency());
    if let Some(refund) = model.refunds.get(&request.reference) {
        let requested = (&paid.charge, amount, request.void, request.late_refund);
        let same = (refund.charge(), refund.amount(), refund.void(), refund.late_refund()) == requested;
        return if same { Ok(None) } else { Err(RefundError::ReferenceConflict) };
    }
    let left = left_of(model, &paid);
    if amount.minor_units() > left.minor_units() {
        return Err(RefundError::Exceeds { left });
    }
    if let Some(closed_at) = closed(paid.paid_at, request.late_refund, now) {
        return Err(RefundError::WindowClosed { closed_at });
    }
    let charge = paid.charge.clone();
    let (void, late_refund) = (request.void, request.late_refund);
    let record = RefundRecord::Ordered { charge, amount, void, late_refund };
    let records = vec![record_of(&request.reference, record)];
    Ok(Some(Transition { records, deadline: DeadlineChange::Plan, ..list(&paid.charge) }))
}

/// Takes the outcome of each unsent request as unknown, and looks for its refund.
pub(crate) fn doubt(model: &Model) -> Transition {
    let unsent = model.refunds.iter().filter(|(_, refund)| *refund.state() == RefundState::Preparing);
    let doubted = unsent.map(|(reference, refund)| Transition {
        records: vec![record_of(reference, RefundRecord::OutcomeUnknown)],
        deadline: DeadlineChange::Plan,
        ..list(refund.charge())
    });
    doubted.fold(Transition::default(), Transition::and)
}

/// Returns the charge that a request refunds.
fn paid_charge(model: &Model, request: &RefundRequest) -> Result<PaidCharge, RefundError> {
    if let Some(charge) = &request.charge {
        return model.paid_charge(charge).ok_or(RefundError::ChargeNotPaid);
    }
    let State::Successful { pending, .. } = &model.state else { return Err(RefundError::NotPaid) };
    model.paid_charge(&pending.charge).ok_or(RefundError::NotPaid)
}

/// Requests a refund, or cancels it if the refund window has closed or its amount exceeds the rest.
pub(crate) fn request(
    model: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    left: Money,
    now: Timestamp,
) -> Transition {
    let paid_at = paid.paid_at;
    if refund.amount().minor_units() > left.minor_units() {
        let left = Money::new(left.minor_units().max(0), left.currency());
        return cancel(model, paid, reference, refund, CancelReason::Exceeds { left });
    }
    if let Some(closed_at) = closed(paid_at, refund.late_refund(), now) {
        return cancel(model, paid, reference, refund, CancelReason::WindowClosed { closed_at });
    }
    let late = closed(paid_at, LateRefund::Reject, now).is_some();
    let Ok(amount) = RefundAmount::new(refund.amount().minor_units()) else { return Transition::default() };
    let metadata = RefundMetadata::new(reference.clone()).store(model.intent.store.clone());
    let create = CreateRefund::new(paid.charge.clone(), amount, metadata).void(refund.void());
    let step = Transition {
        records: vec![record_of(reference, RefundRecord::Requested)],
        mutations: vec![Request::CreateRefund { number: refund.asked.saturating_add(1), create }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    let alert = Alert::RefundLate { reference: reference.clone() };
    if late { step.and(raise_alert(model, alert)) } else { step }
}

/// Cancels a refund that was not requested.
pub(crate) fn cancel(
    model: &Model,
    paid: &PaidCharge,
    reference: &Reference,
    refund: &RefundProcess,
    reason: CancelReason,
) -> Transition {
    let notice = notice(model, paid, reference, refund);
    Transition {
        records: vec![record_of(reference, RefundRecord::Cancelled { reason })],
        events: vec![PaymentEvent::RefundCancelled { notice, reason }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Returns the paid amount of a charge less its known refunds.
fn left_of(model: &Model, paid: &PaidCharge) -> Money {
    let left = paid.amount.minor_units().saturating_sub(promised(model, &paid.charge));
    Money::new(left, paid.amount.currency())
}

/// Returns the sum of a charge's known refunds: those begun here, their duplicates, and those made elsewhere.
fn promised(model: &Model, charge: &ChargeId) -> i64 {
    let begun = model.refunds.values().filter(|refund| refund.charge() == charge);
    let begun = begun.map(RefundProcess::claimed);
    let elsewhere = model.elsewhere.values().filter(|(refunded, _)| refunded == charge);
    let elsewhere = elsewhere.map(|(_, amount)| amount.minor_units());
    begun.chain(elsewhere).fold(0, i64::saturating_add)
}

/// Returns when the refund window closed, or `None` if it is open or the refund is forwarded anyway.
fn closed(paid_at: Option<Timestamp>, late_refund: LateRefund, now: Timestamp) -> Option<Timestamp> {
    let paid_at = paid_at.filter(|_| late_refund == LateRefund::Reject)?;
    (!RefundWindow::is_open(paid_at, now)).then(|| RefundWindow::closes_at(paid_at))
}

/// Reads the list of the charge's refunds from the first page.
pub(crate) fn list(charge: &ChargeId) -> Transition {
    Transition { reads: vec![Request::ListRefunds(RefundSearch::first(charge))], ..Transition::default() }
}

/// Reads the list of refunds if the charge's refunded amount exceeds its known refunds: others were made
/// elsewhere. Their webhooks may have been lost, or have arrived before the payment was known to be paid.
pub(crate) fn list_foreign(model: &Model, charge: &Charge) -> Transition {
    if charge.refunded().minor_units() > promised(model, &charge.id) {
        list(&charge.id)
    } else {
        Transition::default()
    }
}
