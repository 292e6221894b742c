//! Refunds of late money that the merchant has ordered beforehand.

use kakaopay_types::{Money, RefundWindow, Timestamp};

use crate::alert::Alert;
use crate::event::{PaymentEvent, RefundNotice};
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::refund_order::{CancelReason, LateRefund};
use crate::rules::refund::begin::list;
use crate::rules::refund::effects::{late_reference, record_of};
use crate::state::late_charge::LateReason;
use crate::state::model::Model;
use crate::transition::{Transition, raise_alert};

/// Orders the refund of each charge that a step notifies as paid late, if the order of its attempt says so. Behind the
/// refund window, and when such a refund ends with money left, it raises an alert.
pub(crate) fn order(model: &Model, step: &Transition, now: Timestamp) -> Transition {
    let next = step.events.iter().map(|event| match event {
        PaymentEvent::RefundCancelled { reason: CancelReason::Exceeds { left }, .. }
            if left.minor_units() <= 0 =>
        {
            Transition::default()
        }
        PaymentEvent::RefundCancelled { notice, .. }
        | PaymentEvent::RefundRefused { notice, .. }
        | PaymentEvent::RefundFailed { notice, .. } => not_refunded(model, notice),
        _ => order_one(model, event, now),
    });
    next.fold(Transition::default(), Transition::and)
}

/// Raises an alert if a refund that has ended without its money was ordered beforehand.
fn not_refunded(model: &Model, RefundNotice { charge, refund_reference, .. }: &RefundNotice) -> Transition {
    let late = model.late.get(charge).filter(|late| model.refunds_late(late.attempt));
    if late.is_none() || late_reference(charge).as_ref() != Some(refund_reference) {
        return Transition::default();
    }
    raise_alert(model, Alert::LateNotRefunded { charge: charge.clone() })
}

fn order_one(model: &Model, event: &PaymentEvent, now: Timestamp) -> Transition {
    let PaymentEvent::PaidLate { charge, attempt, amount, refunded, paid_at, why, .. } = event else {
        return Transition::default();
    };
    if !model.refunds_late(*attempt) {
        return Transition::default();
    }
    let left = amount.minor_units().saturating_sub(refunded.minor_units());
    // A charge that differs from the order is for a person to judge, who has an alert.
    if left <= 0 || *why == LateReason::Mismatch {
        return Transition::default();
    }
    let free = late_reference(charge).filter(|reference| !model.refunds.contains_key(reference));
    let is_open = RefundWindow::is_open(paid_at.unwrap_or(now), now);
    let Some(reference) = free.filter(|_| is_open) else {
        return raise_alert(model, Alert::LateNotRefunded { charge: charge.clone() });
    };
    let record = RefundRecord::Ordered {
        charge: charge.clone(),
        amount: Money::new(left, amount.currency()),
        void: None,
        late_refund: LateRefund::Reject,
    };
    Transition {
        records: vec![record_of(&reference, record)],
        deadline: DeadlineChange::Plan,
        ..list(charge)
    }
}
