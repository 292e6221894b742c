//! Beginning a refund, and requesting it once the list of refunds allows.

use kakaopay_types::endpoint::{CreateRefund, RefundMetadata};
use kakaopay_types::{Charge, ChargeId, Reference, RefundAmount, RefundWindow, Timestamp};

use crate::attention::Attention;
use crate::error::RefundError;
use crate::event::Event;
use crate::input::Now;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::refund_order::{AfterWindow, RefundOrder, Withdrawal};
use crate::rules::refund::effects::{notice, record_of};
use crate::search::RefundList;
use crate::state::lifecycle::{Pending, State};
use crate::state::model::Model;
use crate::state::refund::Refund;
use crate::transition::{Transition, raise_alert};

/// The merchant wants a refund. `None` when the same is under way already.
pub(crate) fn open(model: &Model, order: &RefundOrder, now: Now) -> Result<Option<Transition>, RefundError> {
    if let Some(refund) = model.refunds.get(&order.reference) {
        let asked = (order.amount.minor_units(), order.void, order.after_window);
        let same = (refund.amount(), refund.void(), refund.after_window()) == asked;
        return if same { Ok(None) } else { Err(RefundError::ReferenceTaken) };
    }
    let State::Successful { pending, paid_at } = &model.state else { return Err(RefundError::NotPaid) };
    let left = left_of(model);
    if order.amount.minor_units() > left {
        return Err(RefundError::Exceeds { left });
    }
    let paid_at = paid_at.or(model.settled_at);
    if let Some(closed_at) = closed(paid_at, order.after_window, now) {
        return Err(RefundError::WindowClosed { closed_at });
    }
    let record = RefundRecord::Ordered {
        amount: order.amount.minor_units(),
        void: order.void,
        after_window: order.after_window,
    };
    let records = vec![record_of(&order.reference, record)];
    Ok(Some(Transition { records, deadline: DeadlineChange::Plan, ..list(&pending.charge, now) }))
}

/// Asks for a refund, unless its time has passed or less than it is left.
pub(crate) fn request(
    model: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &Refund),
    left: i64,
    now: Now,
) -> Transition {
    let paid_at = match &model.state {
        State::Successful { paid_at, .. } => paid_at.or(model.settled_at),
        _ => None,
    };
    if refund.amount() > left {
        return withdraw(model, pending, reference, refund, Withdrawal::Exceeds { left: left.max(0) });
    }
    if let Some(closed_at) = closed(paid_at, refund.after_window(), now) {
        return withdraw(model, pending, reference, refund, Withdrawal::WindowClosed { closed_at });
    }
    let late = closed(paid_at, AfterWindow::Refuse, now).is_some();
    let Ok(amount) = RefundAmount::new(refund.amount()) else { return Transition::default() };
    let create = CreateRefund::new(pending.charge.clone(), amount, RefundMetadata::from(reference.clone()))
        .void(refund.void());
    let step = Transition {
        records: vec![record_of(reference, RefundRecord::Requested)],
        mutations: vec![Request::CreateRefund { number: refund.asked.saturating_add(1), create }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    let attention = Attention::RefundLate { reference: reference.clone() };
    if late { step.and(raise_alert(model, attention)) } else { step }
}

fn withdraw(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &Refund,
    withdrawal: Withdrawal,
) -> Transition {
    let notice = notice(model, pending, reference, refund);
    Transition {
        records: vec![record_of(reference, RefundRecord::Withdrawn { withdrawal })],
        events: vec![Event::RefundWithdrawn { notice, withdrawal }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// How much of the payment is not promised to a refund here.
fn left_of(model: &Model) -> i64 {
    let paid = model.intent.amount.minor_units();
    let claims = model.refunds.values().filter(|refund| refund.claims());
    let promised = claims.fold(0_i64, |sum, refund| sum.saturating_add(refund.amount()));
    paid.saturating_sub(promised)
}

/// When the time for refunds passed, if it has and that is minded.
fn closed(paid_at: Option<Timestamp>, after_window: AfterWindow, now: Now) -> Option<Timestamp> {
    let paid_at = paid_at.filter(|_| after_window == AfterWindow::Refuse)?;
    (!RefundWindow::is_open(paid_at, now)).then(|| RefundWindow::closes_at(paid_at))
}

/// Reads the charge's refunds, from the first page on.
pub(crate) fn list(charge: &ChargeId, now: Now) -> Transition {
    Transition { reads: vec![Request::ListRefunds(RefundList::first(charge, now))], ..Transition::default() }
}

/// Reads the refunds of a charge that says more went back than was ordered here: somebody else gave it back. Their
/// webhook may have come while the payment was not known to be paid, or never.
pub(crate) fn list_foreign(model: &Model, charge: &Charge, now: Now) -> Transition {
    let promised = model.intent.amount.minor_units().saturating_sub(left_of(model));
    let more = charge.refunded_amount().is_some_and(|back| back > promised);
    if more { list(&charge.id, now) } else { Transition::default() }
}
