//! One step of a payment: from what is known and what is told to what becomes known and is done.
//!
//! The function is total: every state takes every input, one arm a state, and nothing happens
//! beside what it returns.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ChargeSource, RetrieveCharge};
use kakaopay_types::{ApiError, ChargeId, EventKey, PlatformType, Source, Timestamp};

use crate::attention::Attention;
use crate::event::Event;
use crate::input::{Answer, Evidence, Input, Now};
use crate::intent::SourcePlan;
use crate::lookup;
use crate::model::Model;
use crate::observe::{self, Via};
use crate::other;
use crate::output::Request;
use crate::record::Record;
use crate::refund;
use crate::schedule::{self, ANSWER_SECONDS, SOON_SECONDS};
use crate::state::{Creating, Pending, Stage, State};
use crate::trouble::{Trouble, Verdict};
use crate::wake::Wake;

/// What a step leads to.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// What becomes known.
    pub(crate) records: Vec<Record>,
    /// What the merchant is told.
    pub(crate) events: Vec<Event>,
    /// What becomes of the deadline.
    pub(crate) wake: Wake,
    /// Where the buyer goes.
    pub(crate) redirect: Option<String>,
    /// What to change at the service. It leaves only once `records` are durable.
    pub(crate) mutations: Vec<Request>,
    /// What to read from the service.
    pub(crate) reads: Vec<Request>,
}

impl Step {
    /// Both, this one first.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.records.extend(other.records);
        self.events.extend(other.events);
        self.wake = self.wake.and(other.wake);
        self.redirect = self.redirect.or(other.redirect);
        self.mutations.extend(other.mutations);
        self.reads.extend(other.reads);
        self
    }
}

/// What a payment does with an input.
pub(crate) fn step(model: &Model, input: &Input, now: Now) -> Step {
    match &model.state {
        State::Creating(creating) => while_creating(model, creating, input, now),
        State::Pending(pending) => while_pending(model, pending, input, now),
        State::Successful { pending, .. } => after_payment(model, pending, input, now),
        State::Failed { pending, .. } | State::Expired(pending) => after_end(model, pending, input, now),
        State::Refused { .. } => after_refusal(model, input, now),
    }
}

/// The first step of a new payment.
pub(crate) fn open(model: &Model) -> Step {
    let mut step = match &model.intent.source {
        SourcePlan::Separate(platform_type) => ask_for_source(model, platform_type.clone()),
        SourcePlan::WithCharge(_) | SourcePlan::Given(_) => ask_for_charge(model, None, NonZeroU32::MIN),
    };
    step.records.insert(0, Record::Opened(model.intent.clone().into()));
    step
}

fn while_creating(model: &Model, creating: &Creating, input: &Input, now: Now) -> Step {
    match input {
        Input::Persisted(_) => Step::default(),
        Input::Tick => creating_tick(model, creating, now),
        Input::Look => creating_look(model, creating, now),
        Input::Answered(Answer::Source(result)) => source_answered(model, creating, result.as_deref(), now),
        Input::Answered(Answer::Charge { attempt, result }) => match result {
            Ok(charge) => observe::adopt(model, creating, charge, Via::Creation),
            Err(trouble) => charge_troubled(model, creating, *attempt, trouble, now),
        },
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::adopt(model, creating, charge, Via::Read)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            lookup::answered(model, creating, request, list)
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => {
            lookup::unanswered(model, creating, now).and(key_refused(model, trouble))
        }
        Input::Answered(Answer::Read(Err(trouble))) => key_refused(model, trouble),
        // No charge is paid, so that none is refunded.
        Input::Answered(Answer::Refund { .. } | Answer::Refunds { .. }) => Step::default(),
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
        Input::Tick | Input::Look => {
            Step { wake: Wake::Plan, ..read(&pending.charge) }.and(other::look(model, now))
        }
        Input::Evidence(Evidence::Returned) => look_soon(pending, now),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            if *charge != pending.charge {
                read(charge)
            } else if *key == EventKey::ChargeCreate {
                Step::default()
            } else {
                look_soon(pending, now)
            }
        }
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::judge(model, pending, charge, Via::Read)
        }
        // Another way may have been faster than the answer to the creation.
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            observe::judge(model, pending, charge, Via::Creation)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            let judge = |charge: &_| observe::judge(model, pending, charge, Via::List);
            lookup::searched(model, request, list, judge)
        }
        Input::Answered(Answer::Read(Err(trouble)) | Answer::LookUp { result: Err(trouble), .. }) => {
            key_refused(model, trouble)
        }
        Input::Persisted(_) | Input::Answered(_) => Step::default(),
    }
}

/// What a paid payment does with an input: its refunds, and watching for what should not be.
fn after_payment(model: &Model, pending: &Pending, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick => refund::look(model, pending, false, now).and(after_end(model, pending, input, now)),
        Input::Look => refund::look(model, pending, true, now).and(after_end(model, pending, input, now)),
        Input::Answered(Answer::Refund { reference, result }) => {
            refund::answered(model, pending, reference, result.as_deref(), now)
        }
        Input::Answered(Answer::Refunds { request, result: Ok(list) }) => {
            refund::listed(model, pending, request, list, now)
        }
        Input::Answered(Answer::Refunds { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge })
            if *charge == pending.charge =>
        {
            refund::list(&pending.charge, now)
        }
        // What is told of a charge that was paid is no news.
        Input::Evidence(Evidence::Webhook { charge, .. }) if *charge == pending.charge => Step::default(),
        _ => after_end(model, pending, input, now),
    }
}

/// What a payment that ended does with an input: nothing but watch for what should not be.
fn after_end(model: &Model, pending: &Pending, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick => Step { wake: Wake::Plan, ..other::look(model, now) },
        Input::Look => Step { wake: Wake::Plan, ..read(&pending.charge) }.and(other::look(model, now)),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let news = *charge != pending.charge || *key != EventKey::ChargeCreate;
            if news { read(charge) } else { Step::default() }
        }
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            observe::contradict(model, pending, charge, Via::Read)
        }
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            observe::contradict(model, pending, charge, Via::Creation)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            let judge = |charge: &_| observe::contradict(model, pending, charge, Via::List);
            lookup::searched(model, request, list, judge)
        }
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

/// What a refused payment does with an input: it has no charge, so that any is watched.
fn after_refusal(model: &Model, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick | Input::Look => Step { wake: Wake::Plan, ..other::look(model, now) },
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            other::judge(model, charge, Via::Creation)
        }
        Input::Answered(Answer::Read(Ok(charge))) | Input::Evidence(Evidence::Read(charge)) => {
            other::judge(model, charge, Via::Read)
        }
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

fn creating_tick(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Source => ask_for_source(model, platform_of(&model.intent.source)),
        Stage::Unsent => ask_for_charge(model, creating.source.as_ref(), creating.attempts),
        Stage::Charge if now < creating.since.saturating_add_seconds(ANSWER_SECONDS) => {
            Step { wake: Wake::Plan, ..Step::default() }
        }
        Stage::Charge => lookup::begin(model, creating, now),
        Stage::LookUp => lookup::again(model, creating, now),
        Stage::Halted => Step { wake: Wake::Plan, ..Step::default() },
    }
}

/// A person wants to know, or has put right what halted the payment.
fn creating_look(model: &Model, creating: &Creating, now: Now) -> Step {
    match creating.stage {
        Stage::Halted => lookup::begin(model, creating, now),
        Stage::LookUp => lookup::again(model, creating, now),
        // What was asked for is answered without being asked for again.
        Stage::Source | Stage::Charge | Stage::Unsent => Step::default(),
    }
}

fn source_answered(model: &Model, creating: &Creating, result: Result<&Source, &Trouble>, now: Now) -> Step {
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
            Verdict::Refused(error) => refused(model, error),
            Verdict::KeyRefused(code) => {
                try_again_later(model, now).and(note(model, Attention::key_refused(code)))
            }
            // A source moves no money: one that nobody charges is forgotten, so another may be made.
            Verdict::NotDone | Verdict::Unknown => try_again_later(model, now),
        },
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
    if creating.stage != Stage::Charge || attempt != creating.attempts {
        return Step::default();
    }
    let not_sent = Step { records: vec![Record::ChargeNotSent], wake: Wake::Plan, ..Step::default() };
    match trouble.verdict() {
        Verdict::NotDone => not_sent,
        Verdict::KeyRefused(code) => not_sent.and(note(model, Attention::key_refused(code))),
        Verdict::Unknown => lookup::begin(model, creating, now),
        Verdict::Refused(error) => refused(model, error),
    }
}

fn ask_for_source(model: &Model, platform_type: Option<PlatformType>) -> Step {
    Step {
        records: vec![Record::SourceRequested],
        mutations: vec![Request::CreateSource(model.intent.create_source(platform_type))],
        wake: Wake::Plan,
        ..Step::default()
    }
}

pub(crate) fn ask_for_charge(
    model: &Model,
    source: Option<&kakaopay_types::SourceId>,
    attempt: NonZeroU32,
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

fn refused(model: &Model, error: &ApiError) -> Step {
    let (code, message) = (error.code.to_string(), error.message.clone().map(String::from));
    Step {
        records: vec![Record::Refused { code: code.clone(), message: message.clone() }],
        events: vec![Event::Refused { reference: model.intent.reference.clone(), code, message }],
        wake: Wake::Plan,
        ..Step::default()
    }
}

/// Something suggests that there is news: looks now, and once more soon, because the service may be
/// a moment behind itself.
fn look_soon(pending: &Pending, now: Now) -> Step {
    Step { wake: Wake::By(soon(now)), ..read(&pending.charge) }
}

fn soon(now: Now) -> Timestamp {
    now.saturating_add_seconds(SOON_SECONDS)
}

/// Reads a charge.
pub(crate) fn read(charge: &ChargeId) -> Step {
    let request = Request::RetrieveCharge(RetrieveCharge { id: charge.clone() });
    Step { reads: vec![request], ..Step::default() }
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

/// Something could not be read. If it was for the key's sake, a person should know.
fn key_refused(model: &Model, trouble: &Trouble) -> Step {
    trouble.key().map_or_else(Step::default, |code| note(model, Attention::key_refused(code)))
}
