//! One step of a payment: from what is known and what is told to what becomes known and is done.
//!
//! The function is total: every state takes every input, one arm a state, and nothing happens
//! beside what it returns.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ChargeSource, RetrieveCharge};
use kakaopay_types::{ApiError, ChargeId, EventKey, PlatformType, Source};

use crate::event::{Attention, Event};
use crate::input::{Answer, Evidence, Input, Now, Trouble};
use crate::intent::SourcePlan;
use crate::lookup;
use crate::model::Model;
use crate::observe::{self, Via};
use crate::output::{Deadline, LookUp, Request};
use crate::record::Record;
use crate::schedule::{self, ANSWER_SECONDS, SOON_SECONDS};
use crate::state::{Creating, Pending, Stage, State};

/// What a step leads to.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// What becomes known.
    pub(crate) records: Vec<Record>,
    /// What the merchant is told.
    pub(crate) events: Vec<Event>,
    /// When to wake up, if that changes.
    pub(crate) deadline: Option<Deadline>,
    /// Where the buyer goes.
    pub(crate) redirect: Option<String>,
    /// What to change at the service. It leaves only once `records` are durable.
    pub(crate) mutation: Option<Request>,
    /// What to read from the service.
    pub(crate) read: Option<Request>,
}

/// What a payment does with an input.
pub(crate) fn step(model: &Model, input: &Input, now: Now) -> Step {
    match &model.state {
        State::Creating(creating) => while_creating(model, creating, input, now),
        State::Pending(pending) => while_pending(model, pending, input, now),
        State::Successful(pending) => after_end(model, pending, input, true),
        State::Failed { pending, .. } | State::Expired(pending) => after_end(model, pending, input, false),
        State::Refused { .. } => after_refusal(model, input),
    }
}

/// The first step of a new payment.
pub(crate) fn open(model: &Model, now: Now) -> Step {
    let mut step = match &model.intent.source {
        SourcePlan::Separate(platform_type) => ask_for_source(model, platform_type.clone(), now),
        SourcePlan::WithCharge(_) | SourcePlan::Given(_) => ask_for_charge(model, None, NonZeroU32::MIN, now),
    };
    step.records.insert(0, Record::Opened(model.intent.clone().into()));
    step
}

fn while_creating(model: &Model, creating: &Creating, input: &Input, now: Now) -> Step {
    match input {
        Input::Persisted(_) => Step::default(),
        Input::Tick => creating_tick(model, creating, now),
        Input::Answered(Answer::Source(result)) => source_answered(model, creating, result.as_deref(), now),
        Input::Answered(Answer::Charge { attempt, result }) => match result {
            Ok(charge) => observe::adopt(model, creating, charge, Via::Creation, now),
            Err(trouble) => charge_troubled(model, creating, *attempt, trouble, now),
        },
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::adopt(model, creating, charge, Via::Read, now)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            lookup::answered(model, creating, request, list, now)
        }
        Input::Answered(Answer::LookUp { result: Err(_), .. }) => lookup::unanswered(model, creating, now),
        Input::Answered(Answer::Read(Err(_))) => Step::default(),
        Input::Evidence(Evidence::Webhook { key, charge }) => match creating.stage {
            // No charge has been asked for, so that there is none of this order.
            Stage::Source => Step::default(),
            // The answer is on its way and says the same.
            Stage::Charge if *key == EventKey::ChargeCreate => Step::default(),
            Stage::Charge | Stage::Unsent | Stage::LookUp | Stage::Halted => read(charge),
        },
        Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

fn while_pending(model: &Model, pending: &Pending, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick => {
            Step { deadline: Some(Deadline::At(next_poll(model, pending, now))), ..read(&pending.charge) }
        }
        Input::Evidence(Evidence::Returned) => look_soon(model, pending, now),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            if *charge != pending.charge {
                read(charge)
            } else if *key == EventKey::ChargeCreate {
                Step::default()
            } else {
                look_soon(model, pending, now)
            }
        }
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::judge(model, pending, charge)
        }
        // Another way has been faster than the answer to the creation.
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) if charge.id != pending.charge => {
            read(&charge.id)
        }
        Input::Persisted(_) | Input::Answered(_) => Step::default(),
    }
}

/// What a payment that ended does with an input: nothing but watch for what should not be.
fn after_end(model: &Model, pending: &Pending, input: &Input, paid: bool) -> Step {
    match input {
        Input::Tick => Step { deadline: Some(Deadline::Never), ..Step::default() },
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let news = *charge != pending.charge || (!paid && *key != EventKey::ChargeCreate);
            if news { read(charge) } else { Step::default() }
        }
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::contradict(model, pending, charge)
        }
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) if charge.id != pending.charge => {
            read(&charge.id)
        }
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

/// What a refused payment does with an input: it has no charge, so that any paid one is news.
fn after_refusal(model: &Model, input: &Input) -> Step {
    match input {
        Input::Tick => Step { deadline: Some(Deadline::Never), ..Step::default() },
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => read(&charge.id),
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::unasked(model, charge)
        }
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

fn creating_tick(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source), now),
        Stage::Unsent => ask_for_charge(model, creating.source.as_ref(), creating.attempts, now),
        Stage::Charge => {
            let due = creating.since.saturating_add_seconds(ANSWER_SECONDS);
            if now < due {
                Step { deadline: Some(Deadline::At(due)), ..Step::default() }
            } else {
                lookup::begin(model, creating, now)
            }
        }
        Stage::LookUp => lookup::again(model, creating, now),
        Stage::Halted => Step { deadline: Some(Deadline::Never), ..Step::default() },
    }
}

fn source_answered(model: &Model, creating: &Creating, result: Result<&Source, &Trouble>, now: Now) -> Step {
    if creating.stage != Stage::Source {
        return Step::default();
    }
    match result {
        Ok(source) => {
            let mut step = ask_for_charge(model, Some(&source.id), creating.attempts, now);
            step.records.insert(0, Record::SourceCreated { source: source.id.clone() });
            step
        }
        Err(Trouble::Refused(error)) => refused(model, error),
        // A source moves no money: one that nobody charges is forgotten, so another may be made.
        Err(Trouble::NotSent | Trouble::Unknown) => try_again_later(model, now),
    }
}

fn charge_troubled(
    model: &Model,
    creating: &Creating,
    attempt: NonZeroU32,
    trouble: &Trouble,
    now: Now,
) -> Step {
    // An earlier attempt's trouble is old news: it has been counted as unknown already.
    let awaited = creating.stage == Stage::Charge && attempt == creating.attempts;
    match trouble {
        Trouble::NotSent if awaited => {
            Step { records: vec![Record::ChargeNotSent], ..try_again_later(model, now) }
        }
        Trouble::Unknown if awaited => lookup::begin(model, creating, now),
        Trouble::Refused(error) if awaited => refused(model, error),
        Trouble::NotSent | Trouble::Unknown | Trouble::Refused(_) => Step::default(),
    }
}

fn ask_for_source(model: &Model, platform_type: Option<PlatformType>, now: Now) -> Step {
    Step {
        records: vec![Record::SourceRequested],
        mutation: Some(Request::CreateSource(model.intent.create_source(platform_type))),
        deadline: Some(Deadline::At(now.saturating_add_seconds(ANSWER_SECONDS))),
        ..Step::default()
    }
}

pub(crate) fn ask_for_charge(
    model: &Model,
    source: Option<&kakaopay_types::SourceId>,
    attempt: NonZeroU32,
    now: Now,
) -> Step {
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
        mutation: Some(Request::CreateCharge(model.intent.create_charge(source, attempt))),
        deadline: Some(Deadline::At(now.saturating_add_seconds(ANSWER_SECONDS))),
        ..Step::default()
    }
}

fn platform_of(plan: &SourcePlan) -> Option<PlatformType> {
    match plan {
        SourcePlan::WithCharge(platform_type) | SourcePlan::Separate(platform_type) => platform_type.clone(),
        SourcePlan::Given(_) => None,
    }
}

fn try_again_later(model: &Model, now: Now) -> Step {
    let next = schedule::next_look(model.opened_at, None, now, model.intent.jitter_seed);
    Step { deadline: Some(Deadline::At(next)), ..Step::default() }
}

fn refused(model: &Model, error: &ApiError) -> Step {
    let (code, message) = (error.code.to_string(), error.message.clone().map(String::from));
    Step {
        records: vec![Record::Refused { code: code.clone(), message: message.clone() }],
        events: vec![Event::Refused { reference: model.intent.reference.clone(), code, message }],
        deadline: Some(Deadline::Never),
        ..Step::default()
    }
}

/// Something suggests that there is news: looks now, and once more soon, because the service may be
/// a moment behind itself.
fn look_soon(model: &Model, pending: &Pending, now: Now) -> Step {
    let soon = next_poll(model, pending, now).min(now.saturating_add_seconds(SOON_SECONDS));
    Step { deadline: Some(Deadline::At(soon)), ..read(&pending.charge) }
}

/// When to poll a pending charge next.
pub(crate) fn next_poll(model: &Model, pending: &Pending, now: Now) -> Now {
    schedule::next_look(pending.since, pending.expires_at, now, model.intent.jitter_seed)
}

/// Reads a charge.
pub(crate) fn read(charge: &ChargeId) -> Step {
    let request = Request::RetrieveCharge(RetrieveCharge { id: charge.clone() });
    Step { read: Some(request), ..Step::default() }
}

/// Asks a person to look, once for each thing there is to see.
pub(crate) fn note(model: &Model, attention: Attention) -> Step {
    if model.attentions.contains(&attention) {
        return Step::default();
    }
    let reference = model.intent.reference.clone();
    Step {
        records: vec![Record::Noted { attention: attention.clone() }],
        events: vec![Event::Attention { reference, attention }],
        ..Step::default()
    }
}

/// Looks for the charge, page by page from the first.
pub(crate) fn look_up(model: &Model, creating: &Creating, now: Now) -> Request {
    Request::LookUp(LookUp::first(model.opened_at, now, creating.attempts))
}
