//! A payment whose charge is not known yet: asking for the source and the charge, and what is answered.

use std::num::NonZeroU32;

use kakaopay_types::{Source, Timestamp};

use crate::alert::Alert;
use crate::failure::{RequestFailure, RequestOutcome};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::refusal::Refusal;
use crate::rules::requests::{ask_for_charge, ask_for_source, platform_of, refused};
use crate::rules::search;
use crate::schedule;
use crate::state::lifecycle::{Creating, Stage};
use crate::state::model::Model;
use crate::transition::{Transition, raise_alert};

/// How long nothing may be taken from here before a person is told.
const PATIENCE_SECONDS: i64 = 900;

pub(crate) fn tick(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    match creating.stage {
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source)),
        Stage::NotSent => ask_for_charge(model, creating.source.as_ref(), creating.attempts),
        Stage::Charge if !schedule::is_timed_out(creating.since, now) => {
            Transition { deadline: DeadlineChange::Plan, ..Transition::default() }
        }
        Stage::Charge => search::begin(model, creating, now),
        Stage::Searching => search::again(model, creating, now),
        Stage::Blocked => Transition { deadline: DeadlineChange::Plan, ..Transition::default() },
    }
}

/// A person wants to know.
pub(crate) fn look(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    match creating.stage {
        Stage::Blocked | Stage::Searching => search::again(model, creating, now),
        // What was asked for is answered without being looked for, and what was not has made nothing.
        Stage::Source | Stage::Charge | Stage::NotSent => Transition::default(),
    }
}

/// A person says to go on.
pub(crate) fn resume(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    match creating.stage {
        Stage::Blocked => search::begin(model, creating, now),
        Stage::Searching => search::again(model, creating, now),
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source)),
        Stage::NotSent => ask_for_charge(model, creating.source.as_ref(), creating.attempts),
        // It is under way.
        Stage::Charge => Transition::default(),
    }
}

/// Nothing could be asked for, for a long time: a person is told.
pub(crate) fn overdue(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    let unsent = matches!(creating.stage, Stage::Source | Stage::NotSent);
    let late = now >= model.opened_at.saturating_add_seconds(PATIENCE_SECONDS);
    if unsent && late { raise_alert(model, Alert::Overdue) } else { Transition::default() }
}

pub(crate) fn source_answered(
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
            let mut step = ask_for_charge(model, Some(&source.id), creating.attempts);
            step.records.insert(0, Record::SourceCreated { source: source.id.clone() });
            step
        }
        Err(trouble) => match trouble.outcome() {
            RequestOutcome::Refused(error) => refused(model, error.into()),
            RequestOutcome::KeyRefused(code) => {
                try_again_later(model, now).and(raise_alert(model, Alert::key_refused(code)))
            }
            // A source moves no money: one that nobody charges is forgotten, so another may be made.
            RequestOutcome::NotDone | RequestOutcome::Unknown => try_again_later(model, now),
        },
    }
}

pub(crate) fn charge_troubled(
    model: &Model,
    creating: &Creating,
    attempt: NonZeroU32,
    trouble: &RequestFailure,
    now: Timestamp,
) -> Transition {
    // An earlier attempt's trouble is old news: it has been counted as unknown already.
    if creating.stage != Stage::Charge || attempt != creating.attempts {
        return Transition::default();
    }
    let not_sent = Transition {
        records: vec![Record::ChargeNotSent],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match trouble.outcome() {
        RequestOutcome::NotDone => not_sent,
        RequestOutcome::KeyRefused(code) => not_sent.and(raise_alert(model, Alert::key_refused(code))),
        RequestOutcome::Unknown => search::begin(model, creating, now),
        RequestOutcome::Refused(error) if attempt == NonZeroU32::MIN => refused(model, error.into()),
        // An earlier attempt, whose outcome was never known, may have created a charge.
        RequestOutcome::Refused(error) => {
            let Refusal { code, message } = error.into();
            let records = vec![Record::RefusedAfterUnknown { code, message }];
            Transition { records, ..search::again(model, creating, now) }
        }
    }
}

/// The step of a source that was not made: it is asked for again, sooner than an answer would be late.
fn try_again_later(model: &Model, now: Timestamp) -> Transition {
    let next = schedule::next_poll(model.opened_at, None, now, model.intent.jitter_seed);
    Transition { deadline: DeadlineChange::By(next), ..Transition::default() }
}
