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
use crate::state::lifecycle::{Pending, State};
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
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
    let amount = Money::new(request.amount.minor_units(), model.intent.amount.currency());
    if let Some(refund) = model.refunds.get(&request.reference) {
        let requested = (amount, request.void, request.late_refund);
        let same = (refund.amount(), refund.void(), refund.late_refund()) == requested;
        return if same { Ok(None) } else { Err(RefundError::ReferenceConflict) };
    }
    let State::Successful { pending, paid_at, .. } = &model.state else { return Err(RefundError::NotPaid) };
    let left = left_of(model);
    if amount.minor_units() > left.minor_units() {
        return Err(RefundError::Exceeds { left });
    }
    let paid_at = paid_at.or(model.learned_paid_at);
    if let Some(closed_at) = closed(paid_at, request.late_refund, now) {
        return Err(RefundError::WindowClosed { closed_at });
    }
    let record = RefundRecord::Ordered { amount, void: request.void, late_refund: request.late_refund };
    let records = vec![record_of(&request.reference, record)];
    Ok(Some(Transition { records, deadline: DeadlineChange::Plan, ..list(&pending.charge) }))
}

/// Requests a refund, or cancels it if the refund window has closed or its amount exceeds the rest.
pub(crate) fn request(
    model: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &RefundProcess),
    left: Money,
    now: Timestamp,
) -> Transition {
    let paid_at = match &model.state {
        State::Successful { paid_at, .. } => paid_at.or(model.learned_paid_at),
        _ => None,
    };
    if refund.amount().minor_units() > left.minor_units() {
        let left = Money::new(left.minor_units().max(0), left.currency());
        return cancel(model, pending, reference, refund, CancelReason::Exceeds { left });
    }
    if let Some(closed_at) = closed(paid_at, refund.late_refund(), now) {
        return cancel(model, pending, reference, refund, CancelReason::WindowClosed { closed_at });
    }
    let late = closed(paid_at, LateRefund::Reject, now).is_some();
    let Ok(amount) = RefundAmount::new(refund.amount().minor_units()) else { return Transition::default() };
    let metadata = RefundMetadata::new(reference.clone()).store(model.intent.store.clone());
    let create = CreateRefund::new(pending.charge.clone(), amount, metadata).void(refund.void());
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
fn cancel(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &RefundProcess,
    reason: CancelReason,
) -> Transition {
    let notice = notice(model, pending, reference, refund);
    Transition {
        records: vec![record_of(reference, RefundRecord::Cancelled { reason })],
        events: vec![PaymentEvent::RefundCancelled { notice, reason }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Returns the paid amount less the refunds begun here and their duplicates.
fn left_of(model: &Model) -> Money {
    let paid = model.intent.amount;
    let promised = model.refunds.values().fold(0_i64, |sum, refund| sum.saturating_add(refund.claimed()));
    Money::new(paid.minor_units().saturating_sub(promised), paid.currency())
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

/// Reads the list of refunds if the charge's refunded amount exceeds the refunds begun here: others were made
/// elsewhere. Their webhooks may have been lost, or have arrived before the payment was known to be paid.
pub(crate) fn list_foreign(model: &Model, charge: &Charge) -> Transition {
    let promised = model.intent.amount.minor_units().saturating_sub(left_of(model).minor_units());
    if charge.refunded().minor_units() > promised { list(&charge.id) } else { Transition::default() }
}
