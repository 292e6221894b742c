//! Responses to the request for a refund, and its failures.

use kakaopay_types::{Reference, Refund as Made, RefundStatus};

use crate::alert::Alert;
use crate::failure::{RequestFailure, RequestOutcome};
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::refusal::Refusal;
use crate::rules::refund::begin::list;
use crate::rules::refund::compare;
use crate::rules::refund::effects::{record_of, refused};
use crate::state::late_charge::PaidCharge;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;
use crate::transition::{Transition, raise_alert};

/// Handles the response to the request for a refund.
pub(crate) fn response(
    model: &Model,
    (reference, number): (&Reference, u32),
    result: Result<&Made, &RequestFailure>,
) -> Transition {
    let Some(refund) = model.refunds.get(reference) else { return Transition::default() };
    let Some(paid) = &model.paid_charge(refund.charge()) else { return Transition::default() };
    match result {
        // An earlier request with an unknown outcome may have made a refund that did not fail.
        Ok(made)
            if made.status == Some(RefundStatus::Failed)
                && refund.requests > 1
                && *refund.state() == RefundState::Requested
                && number == refund.asked =>
        {
            unknown(paid, reference, RefundRecord::OutcomeUnknown)
        }
        Ok(made) => compare::judge(model, paid, (reference, refund), made, compare::Origin::Creation),
        // It is about an earlier request, or its outcome is already recorded as unknown.
        Err(_) if *refund.state() != RefundState::Requested || number != refund.asked => {
            Transition::default()
        }
        Err(error) => failure(model, paid, reference, refund, error),
    }
}

/// Handles the failure of the request for a refund.
fn failure(
    model: &Model,
    paid: &PaidCharge,
    reference: &Reference,
    refund: &RefundProcess,
    error: &RequestFailure,
) -> Transition {
    let not_sent = Transition {
        records: vec![record_of(reference, RefundRecord::NotSent)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match error.outcome() {
        RequestOutcome::NotDone => not_sent,
        RequestOutcome::KeyRefused(code) => not_sent.and(raise_alert(model, Alert::key_refused(code))),
        RequestOutcome::Refused(error) => {
            let refusal = Refusal::from(error);
            if refund.requests == 1 {
                return refused(model, paid, (reference, refund), refusal);
            }
            // An earlier request with an unknown outcome may be the cause.
            let Refusal { code, message } = refusal;
            unknown(paid, reference, RefundRecord::RefusedAfterUnknown { code, message })
        }
        RequestOutcome::Unknown => unknown(paid, reference, RefundRecord::OutcomeUnknown),
    }
}

/// Begins the search for a refund whose outcome has become unknown: now, and again on schedule.
fn unknown(paid: &PaidCharge, reference: &Reference, record: RefundRecord) -> Transition {
    let records = vec![record_of(reference, record)];
    Transition { records, deadline: DeadlineChange::Plan, ..list(&paid.charge) }
}
