//! One step of a refund: begun, asked for, answered, looked for.

use kakaopay_types::endpoint::{CreateRefund, RefundMetadata};
use kakaopay_types::{
    Charge, ChargeId, Reference, Refund as Made, RefundAmount, RefundStatus, RefundWindow, Timestamp,
};

use super::judge;
use super::machine::{Refund, RefundState, Withdrawal};
use super::order::{AfterWindow, RefundOrder};
use super::record::RefundRecord;
use crate::attention::Attention;
use crate::error::RefundError;
use crate::event::{Event, RefundNotice};
use crate::input::Now;
use crate::model::Model;
use crate::output::{RefundList, Request};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::state::{Pending, State};
use crate::step::{Step, note};
use crate::trouble::{Trouble, Verdict};
use crate::wake::Wake;

/// The merchant wants a refund. `None` when the same is under way already.
pub(crate) fn open(model: &Model, order: &RefundOrder, now: Now) -> Result<Option<Step>, RefundError> {
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
    Ok(Some(Step { records, wake: Wake::Plan, ..list(&pending.charge, now) }))
}

/// The request for a refund was answered, or will not be.
pub(crate) fn answered(
    model: &Model,
    pending: &Pending,
    (reference, number): (&Reference, u32),
    result: Result<&Made, &Trouble>,
    now: Now,
) -> Step {
    let Some(refund) = model.refunds.get(reference) else { return Step::default() };
    match result {
        // An earlier request, whose outcome was never known, may have made one that did not fail.
        Ok(made)
            if made.status == Some(RefundStatus::Failed)
                && refund.requests > 1
                && *refund.state() == RefundState::Requested
                && number == refund.asked =>
        {
            unknown(pending, reference, RefundRecord::OutcomeUnknown, now)
        }
        Ok(made) => judge::judge(model, pending, (reference, refund), made, judge::Via::Creation),
        // It has been counted as unknown already, or is about an earlier request.
        Err(_) if *refund.state() != RefundState::Requested || number != refund.asked => Step::default(),
        Err(trouble) => troubled(model, pending, reference, refund, trouble, now),
    }
}

fn troubled(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &Refund,
    trouble: &Trouble,
    now: Now,
) -> Step {
    let not_sent = Step {
        records: vec![record_of(reference, RefundRecord::NotSent)],
        wake: Wake::Plan,
        ..Step::default()
    };
    match trouble.verdict() {
        Verdict::NotDone => not_sent,
        Verdict::KeyRefused(code) => not_sent.and(note(model, Attention::key_refused(code))),
        Verdict::Refused(error) => {
            let refusal = Refusal::from(error);
            if refund.requests == 1 {
                return refused(model, pending, (reference, refund), refusal);
            }
            // An earlier request, whose outcome was never known, may be why.
            let Refusal { code, message } = refusal;
            unknown(pending, reference, RefundRecord::RefusedAfterUnknown { code, message }, now)
        }
        Verdict::Unknown => unknown(pending, reference, RefundRecord::OutcomeUnknown, now),
    }
}

/// The service's no ends it.
pub(super) fn refused(
    model: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &Refund),
    Refusal { code, message }: Refusal,
) -> Step {
    let notice = notice(model, pending, reference, refund);
    let event = Event::RefundRefused { notice, code: code.clone(), message: message.clone() };
    Step {
        records: vec![record_of(reference, RefundRecord::Refused { code, message })],
        events: vec![event],
        wake: Wake::Plan,
        ..Step::default()
    }
}

/// The outcome has become unknown: looks at once, and again on the plan.
fn unknown(pending: &Pending, reference: &Reference, record: RefundRecord, now: Now) -> Step {
    let records = vec![record_of(reference, record)];
    Step { records, wake: Wake::Plan, ..list(&pending.charge, now) }
}

/// The deadline has come, or a person wants to know: looks at every refund that has not ended. Only a
/// person makes it look at one that has halted.
pub(crate) fn look(model: &Model, pending: &Pending, person: bool, now: Now) -> Step {
    let mut step = Step::default();
    let mut open = false;
    for (reference, refund) in &model.refunds {
        if refund.is_overdue(now) {
            step.records.push(record_of(reference, RefundRecord::OutcomeUnknown));
        }
        if refund.is_late(now) {
            step = step.and(note(model, Attention::RefundOverdue { reference: reference.clone() }));
        }
        let waits = match refund.state() {
            RefundState::Requested => !refund.is_overdue(now),
            RefundState::Halted => !person,
            state => state.is_final(),
        };
        open |= !waits;
    }
    if open { step.and(list(&pending.charge, now)) } else { step }
}

/// A person has put right what stood in the way: goes on with what does not go on by itself.
pub(crate) fn resume(model: &Model, pending: &Pending, now: Now) -> Step {
    let unresolved = |reference: &Reference| {
        model.attentions.contains(&Attention::RefundUnresolved { reference: reference.clone() })
    };
    let stuck = model.refunds.iter().filter(|(reference, refund)| match refund.state() {
        RefundState::Halted => true,
        // What nobody was asked about, nobody has answered.
        RefundState::LookUp => unresolved(reference),
        _ => false,
    });
    let records = stuck.map(|(reference, _)| record_of(reference, RefundRecord::Resumed)).collect();
    Step { records, wake: Wake::Plan, ..Step::default() }.and(look(model, pending, true, now))
}

/// Asks for a refund, unless its time has passed or less than it is left.
pub(super) fn request(
    model: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &Refund),
    left: i64,
    now: Now,
) -> Step {
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
    let Ok(amount) = RefundAmount::new(refund.amount()) else { return Step::default() };
    let create = CreateRefund::new(pending.charge.clone(), amount, RefundMetadata::from(reference.clone()))
        .void(refund.void());
    let step = Step {
        records: vec![record_of(reference, RefundRecord::Requested)],
        mutations: vec![Request::CreateRefund { number: refund.asked.saturating_add(1), create }],
        wake: Wake::Plan,
        ..Step::default()
    };
    let attention = Attention::RefundLate { reference: reference.clone() };
    if late { step.and(note(model, attention)) } else { step }
}

fn withdraw(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &Refund,
    withdrawal: Withdrawal,
) -> Step {
    let notice = notice(model, pending, reference, refund);
    Step {
        records: vec![record_of(reference, RefundRecord::Withdrawn { withdrawal })],
        events: vec![Event::RefundWithdrawn { notice, withdrawal }],
        wake: Wake::Plan,
        ..Step::default()
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
pub(crate) fn list(charge: &ChargeId, now: Now) -> Step {
    Step { reads: vec![Request::ListRefunds(RefundList::first(charge, now))], ..Step::default() }
}

/// Reads the refunds of a charge that says more went back than was ordered here: somebody else gave it back. Their
/// webhook may have come while the payment was not known to be paid, or never.
pub(crate) fn list_foreign(model: &Model, charge: &Charge, now: Now) -> Step {
    let promised = model.intent.amount.minor_units().saturating_sub(left_of(model));
    let more = charge.refunded_amount().is_some_and(|back| back > promised);
    if more { list(&charge.id, now) } else { Step::default() }
}

pub(super) fn record_of(reference: &Reference, change: RefundRecord) -> Record {
    Record::Refund { reference: reference.clone(), change }
}

pub(super) fn notice(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &Refund,
) -> RefundNotice {
    RefundNotice {
        reference: model.intent.reference.clone(),
        refund_reference: reference.clone(),
        charge: pending.charge.clone(),
        amount: refund.amount(),
        currency: model.intent.amount.currency(),
    }
}
