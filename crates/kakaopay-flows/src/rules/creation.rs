//! The creation of the source and the charge: their requests, responses and failures.

use std::num::NonZeroU32;

use kakaopay_types::{Source, Timestamp};

use crate::alert::Alert;
use crate::failure::{RequestFailure, RequestOutcome};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::refusal::Refusal;
use crate::rules::requests::{platform_of, refused, request_charge, request_source};
use crate::rules::{cancel, search};
use crate::schedule;
use crate::state::lifecycle::{Creating, Stage};
use crate::state::model::Model;
use crate::transition::{Transition, raise_alert};

/// How long the service may accept no request before an alert is raised.
const PATIENCE_SECONDS: i64 = 900;

/// Handles the deadline of a payment without a known charge.
pub(crate) fn timeout(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    match creating.stage {
        Stage::Source => request_source(model, platform_of(&model.intent.source)),
        Stage::NotSent => request_charge(model, creating.source.as_ref(), creating.attempts),
        Stage::Charge if !schedule::is_timed_out(creating.since, now) => {
            Transition { deadline: DeadlineChange::Plan, ..Transition::default() }
        }
        Stage::Charge => search::begin(model),
        Stage::Searching => search::again(model),
        Stage::Blocked => Transition { deadline: DeadlineChange::Plan, ..Transition::default() },
    }
}

/// Handles [`Input::Refresh`](crate::Input::Refresh).
pub(crate) fn refresh(model: &Model, creating: &Creating) -> Transition {
    match creating.stage {
        Stage::Blocked | Stage::Searching => search::again(model),
        // A sent request gets its response without a search, and an unsent one has no effect.
        Stage::Source | Stage::Charge | Stage::NotSent => Transition::default(),
    }
}

/// Handles [`Input::Resume`](crate::Input::Resume).
pub(crate) fn resume(model: &Model, creating: &Creating) -> Transition {
    match creating.stage {
        Stage::Blocked => search::begin(model),
        Stage::Searching => search::again(model),
        Stage::Source => request_source(model, platform_of(&model.intent.source)),
        Stage::NotSent => request_charge(model, creating.source.as_ref(), creating.attempts),
        // The request is in flight.
        Stage::Charge => Transition::default(),
    }
}

/// Raises an alert if no request was accepted for too long.
pub(crate) fn overdue(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    let unsent = matches!(creating.stage, Stage::Source | Stage::NotSent);
    let late = schedule::has_passed(model.opened_at, PATIENCE_SECONDS, now);
    if unsent && late { raise_alert(model, Alert::Overdue) } else { Transition::default() }
}

/// Handles the response to the request for the source.
pub(crate) fn source_response(
    model: &Model,
    creating: &Creating,
    result: Result<&Source, &RequestFailure>,
    now: Timestamp,
) -> Transition {
    if creating.stage != Stage::Source {
        return Transition::default();
    }
    match result {
        Ok(source) => {
            let mut step = request_charge(model, Some(&source.id), creating.attempts);
            step.records.insert(0, Record::SourceCreated { source: source.id.clone() });
            step
        }
        Err(failure) => match failure.outcome() {
            RequestOutcome::Refused(error) => refused(model, error.into()),
            RequestOutcome::KeyRefused(code) => {
                retry_source(model, now).and(raise_alert(model, Alert::key_refused(code)))
            }
            // A source moves no money, so a second one is harmless: the first is never charged.
            RequestOutcome::NotDone | RequestOutcome::Unknown => retry_source(model, now),
        },
    }
}

/// Handles the failure of the request for the charge.
pub(crate) fn charge_failure(
    model: &Model,
    creating: &Creating,
    attempt: NonZeroU32,
    failure: &RequestFailure,
) -> Transition {
    // The outcome of an earlier attempt is already recorded as unknown.
    if creating.stage != Stage::Charge || attempt != creating.attempts {
        return Transition::default();
    }
    let not_sent = Transition {
        records: vec![Record::ChargeNotSent],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    let is_to_be_cancelled = model.cancel.wish.is_some();
    match failure.outcome() {
        RequestOutcome::NotDone | RequestOutcome::KeyRefused(_) if is_to_be_cancelled => {
            cancel::cancelled(model)
        }
        RequestOutcome::NotDone => not_sent,
        RequestOutcome::KeyRefused(code) => not_sent.and(raise_alert(model, Alert::key_refused(code))),
        RequestOutcome::Unknown => search::begin(model),
        RequestOutcome::Refused(error) if attempt == model.first_attempt() => refused(model, error.into()),
        // An earlier attempt with an unknown outcome may have created a charge.
        RequestOutcome::Refused(error) => {
            let Refusal { code, message } = error.into();
            let records = vec![Record::RefusedAfterUnknown { code, message }];
            Transition { records, ..search::again(model) }
        }
    }
}

/// Retries the request for the source on schedule, before the previous request would time out.
fn retry_source(model: &Model, now: Timestamp) -> Transition {
    let next = schedule::next_poll(model.opened_at, None, now, model.intent.jitter_seed);
    Transition { deadline: DeadlineChange::By(next), ..Transition::default() }
}
