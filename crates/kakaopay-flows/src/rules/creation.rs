//! A payment whose charge is not known yet: asking for the source and the charge, and what is answered.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::ChargeSource;
use kakaopay_types::{PlatformType, Source, SourceId};

use crate::attention::Attention;
use crate::event::Event;
use crate::input::Now;
use crate::intent::SourcePlan;
use crate::lookup;
use crate::model::Model;
use crate::output::Request;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::schedule;
use crate::state::{Creating, Stage};
use crate::step::{Step, note};
use crate::trouble::{Trouble, Verdict};
use crate::wake::Wake;

/// How long nothing may be taken from here before a person is told.
const PATIENCE_SECONDS: i64 = 900;

pub(crate) fn tick(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source)),
        Stage::Unsent => ask_for_charge(model, creating.source.as_ref(), creating.attempts),
        Stage::Charge if !schedule::is_answer_late(creating.since, now) => {
            Step { wake: Wake::Plan, ..Step::default() }
        }
        Stage::Charge => lookup::begin(model, creating, now),
        Stage::LookUp => lookup::again(model, creating, now),
        Stage::Halted => Step { wake: Wake::Plan, ..Step::default() },
    }
}

/// A person wants to know.
pub(crate) fn look(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Halted | Stage::LookUp => lookup::again(model, creating, now),
        // What was asked for is answered without being looked for, and what was not has made nothing.
        Stage::Source | Stage::Charge | Stage::Unsent => Step::default(),
    }
}

/// A person says to go on.
pub(crate) fn resume(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Halted => lookup::begin(model, creating, now),
        Stage::LookUp => lookup::again(model, creating, now),
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source)),
        Stage::Unsent => ask_for_charge(model, creating.source.as_ref(), creating.attempts),
        // It is under way.
        Stage::Charge => Step::default(),
    }
}

/// Nothing could be asked for, for a long time: a person is told.
pub(crate) fn overdue(model: &Model, creating: &Creating, now: Now) -> Step {
    let unsent = matches!(creating.stage, Stage::Source | Stage::Unsent);
    let late = now >= model.opened_at.saturating_add_seconds(PATIENCE_SECONDS);
    if unsent && late { note(model, Attention::Overdue) } else { Step::default() }
}

pub(crate) fn source_answered(
    model: &Model,
    creating: &Creating,
    result: Result<&Source, &Trouble>,
    now: Now,
) -> Step {
    if creating.stage != Stage::Source {
        return Step::default();
    }
    match result {
        Ok(source) => {
            let mut step = ask_for_charge(model, Some(&source.id), creating.attempts);
            step.records.insert(0, Record::SourceCreated { source: source.id.clone() });
            step
        }
        Err(trouble) => match trouble.verdict() {
            Verdict::Refused(error) => refused(model, error.into()),
            Verdict::KeyRefused(code) => {
                try_again_later(model, now).and(note(model, Attention::key_refused(code)))
            }
            // A source moves no money: one that nobody charges is forgotten, so another may be made.
            Verdict::NotDone | Verdict::Unknown => try_again_later(model, now),
        },
    }
}

pub(crate) fn charge_troubled(
    model: &Model,
    creating: &Creating,
    attempt: NonZeroU32,
    trouble: &Trouble,
    now: Now,
) -> Step {
    // An earlier attempt's trouble is old news: it has been counted as unknown already.
    if creating.stage != Stage::Charge || attempt != creating.attempts {
        return Step::default();
    }
    let not_sent = Step { records: vec![Record::ChargeNotSent], wake: Wake::Plan, ..Step::default() };
    match trouble.verdict() {
        Verdict::NotDone => not_sent,
        Verdict::KeyRefused(code) => not_sent.and(note(model, Attention::key_refused(code))),
        Verdict::Unknown => lookup::begin(model, creating, now),
        Verdict::Refused(error) if attempt == NonZeroU32::MIN => refused(model, error.into()),
        // An earlier attempt, whose outcome was never known, may have created a charge.
        Verdict::Refused(error) => {
            let Refusal { code, message } = error.into();
            let records = vec![Record::RefusedAfterUnknown { code, message }];
            Step { records, ..lookup::again(model, creating, now) }
        }
    }
}

pub(crate) fn ask_for_source(model: &Model, platform_type: Option<PlatformType>) -> Step {
    Step {
        records: vec![Record::SourceRequested],
        mutations: vec![Request::CreateSource(model.intent.create_source(platform_type))],
        wake: Wake::Plan,
        ..Step::default()
    }
}

pub(crate) fn ask_for_charge(model: &Model, source: Option<&SourceId>, attempt: NonZeroU32) -> Step {
    let given = match (&model.intent.source, source) {
        (SourcePlan::Given(source), _) => Some(source),
        (_, source) => source,
    };
    let source = match given {
        Some(source) if attempt == NonZeroU32::MIN => ChargeSource::Existing(source.clone()),
        // Whether a source can be charged twice is not documented, so each attempt after the first
        // brings a fresh one.
        _ => ChargeSource::New { platform_type: platform_of(&model.intent.source) },
    };
    Step {
        records: vec![Record::ChargeRequested { attempt }],
        mutations: vec![Request::CreateCharge(model.intent.create_charge(source, attempt))],
        wake: Wake::Plan,
        ..Step::default()
    }
}

fn platform_of(plan: &SourcePlan) -> Option<PlatformType> {
    match plan {
        SourcePlan::WithCharge(platform_type) | SourcePlan::Separate(platform_type) => platform_type.clone(),
        SourcePlan::Given(_) => None,
    }
}

/// The step of a source that was not made: it is asked for again, sooner than an answer would be late.
fn try_again_later(model: &Model, now: Now) -> Step {
    let next = schedule::next_look(model.opened_at, None, now, model.intent.jitter_seed);
    Step { wake: Wake::By(next), ..Step::default() }
}

/// The service's no ends it.
pub(crate) fn refused(model: &Model, Refusal { code, message }: Refusal) -> Step {
    Step {
        records: vec![Record::Refused { code: code.clone(), message: message.clone() }],
        events: vec![Event::Refused { reference: model.intent.reference.clone(), code, message }],
        wake: Wake::Plan,
        ..Step::default()
    }
}
