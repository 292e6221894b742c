//! Responses to the request for a refund.

use kakaopay_types::{Reference, Refund as Made, RefundStatus, Timestamp};

use crate::alert::Alert;
use crate::failure::{RequestFailure, RequestOutcome};
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::refusal::Refusal;
use crate::rules::refund::begin::list;
use crate::rules::refund::compare;
use crate::rules::refund::effects::{record_of, refused};
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::state::refund::{RefundProcess, RefundState};
use crate::transition::{Transition, raise_alert};

/// The request for a refund was answered, or will not be.
pub(crate) fn answered(
    model: &Model,
    pending: &Pending,
    (reference, number): (&Reference, u32),
    result: Result<&Made, &RequestFailure>,
    now: Timestamp,
) -> Transition {
    let Some(refund) = model.refunds.get(reference) else { return Transition::default() };
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
        Ok(made) => compare::judge(model, pending, (reference, refund), made, compare::Origin::Creation),
        // It has been counted as unknown already, or is about an earlier request.
        Err(_) if *refund.state() != RefundState::Requested || number != refund.asked => {
            Transition::default()
        }
        Err(trouble) => troubled(model, pending, reference, refund, trouble, now),
    }
}

fn troubled(
    model: &Model,
    pending: &Pending,
    reference: &Reference,
    refund: &RefundProcess,
    trouble: &RequestFailure,
    now: Timestamp,
) -> Transition {
    let not_sent = Transition {
        records: vec![record_of(reference, RefundRecord::NotSent)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match trouble.outcome() {
        RequestOutcome::NotDone => not_sent,
        RequestOutcome::KeyRefused(code) => not_sent.and(raise_alert(model, Alert::key_refused(code))),
        RequestOutcome::Refused(error) => {
            let refusal = Refusal::from(error);
            if refund.requests == 1 {
                return refused(model, pending, (reference, refund), refusal);
            }
            // An earlier request, whose outcome was never known, may be why.
            let Refusal { code, message } = refusal;
            unknown(pending, reference, RefundRecord::RefusedAfterUnknown { code, message }, now)
        }
        RequestOutcome::Unknown => unknown(pending, reference, RefundRecord::OutcomeUnknown, now),
    }
}

/// The outcome has become unknown: looks at once, and again on the plan.
fn unknown(pending: &Pending, reference: &Reference, record: RefundRecord, now: Timestamp) -> Transition {
    let records = vec![record_of(reference, record)];
    Transition { records, deadline: DeadlineChange::Plan, ..list(&pending.charge, now) }
}
