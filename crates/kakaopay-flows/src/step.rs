//! One step of a payment: from what is known and what is told to what becomes known and is done.
//!
//! The function is total: every state takes every input, one arm a state, and nothing happens
//! beside what it returns.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::RetrieveCharge;
use kakaopay_types::{Charge, ChargeId, ErrorCode, EventKey, Timestamp};

use crate::attention::Attention;
use crate::creating;
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
use crate::schedule::SOON_SECONDS;
use crate::state::{Creating, Pending, Stage, State};
use crate::trouble::Trouble;
use crate::wake::Wake;

/// How long a charge can be paid that does not say for how long: as long as the guide's.
const LIFETIME_SECONDS: i64 = 7 * 86_400;
/// How long the service may take to end a charge that nobody can pay any more before a person is told.
const UNENDED_SECONDS: i64 = 2 * 86_400;

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
    /// Both, this one first. What both find, since it stands in a list twice, is found once.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for record in other.records {
            if !self.records.contains(&record) {
                self.records.push(record);
            }
        }
        for event in other.events {
            if !self.events.contains(&event) {
                self.events.push(event);
            }
        }
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
        SourcePlan::Separate(platform_type) => creating::ask_for_source(model, platform_type.clone()),
        SourcePlan::WithCharge(_) | SourcePlan::Given(_) => {
            creating::ask_for_charge(model, None, NonZeroU32::MIN)
        }
    };
    step.records.insert(0, Record::Opened(model.intent.clone().into()));
    step
}

fn while_creating(model: &Model, creating: &Creating, input: &Input, now: Now) -> Step {
    match input {
        Input::Persisted(_) => Step::default(),
        Input::Tick => {
            let tick = creating::tick(model, creating, now).and(creating::overdue(model, creating, now));
            tick.and(other::look(model, now))
        }
        Input::Look => creating::look(model, creating, now).and(other::look(model, now)),
        Input::Resume => resumed().and(creating::resume(model, creating, now)),
        Input::Answered(Answer::Source(result)) => {
            creating::source_answered(model, creating, result.as_deref(), now)
        }
        Input::Answered(Answer::Charge { attempt, result }) => match result {
            Ok(charge) => observe::adopt(model, creating, charge, Via::Creation),
            Err(trouble) => creating::charge_troubled(model, creating, *attempt, trouble, now),
        },
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            settled(model, charge, observe::adopt(model, creating, charge, Via::Read), now)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            lookup::answered(model, creating, request, list)
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => {
            lookup::unanswered(model, creating, now).and(key_refused(model, trouble))
        }
        Input::Answered(Answer::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
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
        Input::Tick => {
            let look = Step { wake: Wake::Plan, ..read(&pending.charge) }.and(other::look(model, now));
            look.and(pending_overdue(model, pending, now))
        }
        Input::Look => Step { wake: Wake::Plan, ..read(&pending.charge) }.and(other::look(model, now)),
        Input::Resume => resumed().and(while_pending(model, pending, &Input::Look, now)),
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
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            settled(model, charge, observe::judge(model, pending, charge, Via::Read), now)
        }
        // Another way may have been faster than the answer to the creation.
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            observe::judge(model, pending, charge, Via::Creation)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            let judge = |charge: &_| observe::judge(model, pending, charge, Via::List);
            lookup::searched(model, request, list, judge)
        }
        Input::Answered(Answer::Read { charge, result: Err(trouble) }) => {
            not_read(model, pending, charge, trouble)
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => not_searched(model, trouble, now),
        Input::Persisted(_) | Input::Answered(_) => Step::default(),
    }
}

/// What a paid payment does with an input: its refunds, and watching for what should not be.
fn after_payment(model: &Model, pending: &Pending, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick => refund::look(model, pending, false, now).and(after_end(model, pending, input, now)),
        Input::Look => refund::look(model, pending, true, now).and(after_end(model, pending, input, now)),
        Input::Resume => resumed().and(refund::resume(model, pending, now)).and(after_end(
            model,
            pending,
            &Input::Look,
            now,
        )),
        Input::Answered(Answer::Refund { reference, number, result }) => {
            refund::answered(model, pending, (reference, *number), result.as_deref(), now)
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
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge))
            if charge.id == pending.charge =>
        {
            after_end(model, pending, input, now).and(refund::list_foreign(model, charge, now))
        }
        // What is told of a charge that was paid is no news.
        Input::Evidence(Evidence::Webhook { charge, .. }) if *charge == pending.charge => Step::default(),
        _ => after_end(model, pending, input, now),
    }
}

/// Adds, where a charge that was read has settled the payment, what it says of refunds.
fn settled(model: &Model, charge: &Charge, step: Step, now: Now) -> Step {
    let paid = step.records.iter().any(|record| matches!(record, Record::Successful { .. }));
    if paid { step.and(refund::list_foreign(model, charge, now)) } else { step }
}

/// What a payment that ended does with an input: nothing but watch for what should not be.
fn after_end(model: &Model, pending: &Pending, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick => Step { wake: Wake::Plan, ..other::look(model, now) },
        Input::Look => Step { wake: Wake::Plan, ..read(&pending.charge) }.and(other::look(model, now)),
        Input::Resume => resumed().and(after_end(model, pending, &Input::Look, now)),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let news = *charge != pending.charge || *key != EventKey::ChargeCreate;
            if news { read(charge) } else { Step::default() }
        }
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => observe::contradict(model, pending, charge, Via::Read),
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            observe::contradict(model, pending, charge, Via::Creation)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            let judge = |charge: &_| observe::contradict(model, pending, charge, Via::List);
            lookup::searched(model, request, list, judge)
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => not_searched(model, trouble, now),
        Input::Answered(Answer::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

/// What a refused payment does with an input: it has no charge, so that any is searched for and watched.
fn after_refusal(model: &Model, input: &Input, now: Now) -> Step {
    match input {
        Input::Tick | Input::Look => Step { wake: Wake::Plan, ..other::look(model, now) },
        Input::Resume => resumed().and(after_refusal(model, &Input::Look, now)),
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            other::judge(model, charge, Via::Creation)
        }
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => other::judge(model, charge, Via::Read),
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            lookup::searched(model, request, list, |charge| other::judge(model, charge, Via::List))
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => not_searched(model, trouble, now),
        Input::Answered(Answer::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => Step::default(),
    }
}

fn resumed() -> Step {
    Step { records: vec![Record::Resumed], wake: Wake::Plan, ..Step::default() }
}

/// Nobody can pay the charge any more, and the service has not ended it for long: a person is told.
fn pending_overdue(model: &Model, pending: &Pending, now: Now) -> Step {
    let late = is_unended(pending.since, pending.until, now);
    if late { note(model, Attention::Overdue) } else { Step::default() }
}

/// Whether a charge that was found at `since` and can be paid until `until` has not ended for long after
/// that.
pub(crate) fn is_unended(since: Timestamp, until: Option<Timestamp>, now: Now) -> bool {
    let until = until.unwrap_or_else(|| since.saturating_add_seconds(LIFETIME_SECONDS));
    now >= until.saturating_add_seconds(UNENDED_SECONDS)
}

/// A charge could not be read.
fn not_read(model: &Model, pending: &Pending, charge: &ChargeId, trouble: &Trouble) -> Step {
    match trouble {
        Trouble::Refused(error) if error.code == ErrorCode::NotFound && *charge == pending.charge => {
            note(model, Attention::ChargeNotFound { charge: charge.clone() })
        }
        _ => key_refused(model, trouble),
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
    let request = Request::RetrieveCharge(RetrieveCharge::new(charge.clone()));
    Step { reads: vec![request], ..Step::default() }
}

/// Asks a person to look, once for each thing there is to see.
pub(crate) fn note(model: &Model, attention: Attention) -> Step {
    if model.attentions.contains(&attention) {
        return Step::default();
    }
    let reference = model.intent.reference.clone();
    let number = model.noted.get(&attention.key()).map_or(1, |times| times.saturating_add(1));
    Step {
        records: vec![Record::Noted { attention: attention.clone() }],
        events: vec![Event::Attention { reference, attention, number }],
        ..Step::default()
    }
}

/// A page of the search for other charges could not be read.
fn not_searched(model: &Model, trouble: &Trouble, now: Now) -> Step {
    key_refused(model, trouble).and(other::unanswered(model, now))
}

/// Something could not be read. If it was for the key's sake, a person should know.
fn key_refused(model: &Model, trouble: &Trouble) -> Step {
    trouble.key().map_or_else(Step::default, |code| note(model, Attention::key_refused(code)))
}
