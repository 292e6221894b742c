//! The transition function: `(state, input) → (records, events, requests)`.
//!
//! It is total: every state takes every input. [TABLES.md](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-flows/TABLES.md)
//! lists what each input does in each state.

use std::num::NonZeroU32;

use kakaopay_types::{EventKey, Timestamp};

use crate::input::{Evidence, Input, Origin, Response};
use crate::intent::SourceMode;
use crate::journal::record::Record;
use crate::rules::closed::{after_end, after_payment, after_refusal};
use crate::rules::pending::{settled, while_pending};
use crate::rules::{creation, duplicates, evidence, requests, search};
use crate::state::lifecycle::{Creating, Stage, State};
use crate::state::model::Model;
use crate::transition::{Transition, key_refused, read, resumed};

/// Returns the transition of a payment for an input.
pub(crate) fn transition(model: &Model, input: &Input, now: Timestamp) -> Transition {
    match &model.state {
        State::Creating(creating) => while_creating(model, creating, input, now),
        State::Pending(pending) => while_pending(model, pending, input, now),
        State::Successful { pending, .. } => after_payment(model, pending, input, now),
        State::Failed { pending, .. } | State::Expired(pending) => after_end(model, pending, input, now),
        State::Refused { .. } => after_refusal(model, input, now),
    }
}

/// The first step of a new payment.
pub(crate) fn open(model: &Model) -> Transition {
    let mut step = match &model.intent.source {
        SourceMode::Separate(platform_type) => requests::ask_for_source(model, platform_type.clone()),
        SourceMode::Inline(_) | SourceMode::Existing(_) => {
            requests::ask_for_charge(model, None, NonZeroU32::MIN)
        }
    };
    step.records.insert(0, Record::Opened(model.intent.clone().into()));
    step
}

fn while_creating(model: &Model, creating: &Creating, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Persisted(_) => Transition::default(),
        Input::Timeout => {
            let tick = creation::tick(model, creating, now).and(creation::overdue(model, creating, now));
            tick.and(duplicates::look(model, now))
        }
        Input::Refresh => creation::look(model, creating, now).and(duplicates::look(model, now)),
        Input::Resume => resumed().and(creation::resume(model, creating, now)),
        Input::Response(Response::Source(result)) => {
            creation::source_answered(model, creating, result.as_deref(), now)
        }
        Input::Response(Response::Charge { attempt, result }) => match result {
            Ok(charge) => evidence::adopt(model, creating, charge, Origin::Creation),
            Err(trouble) => creation::charge_troubled(model, creating, *attempt, trouble, now),
        },
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            settled(model, charge, evidence::adopt(model, creating, charge, Origin::Read), now)
        }
        Input::Response(Response::FindCharge { request, result: Ok(list) }) => {
            search::answered(model, creating, request, list)
        }
        Input::Response(Response::FindCharge { result: Err(trouble), .. }) => {
            search::unanswered(model, creating, now).and(key_refused(model, trouble))
        }
        Input::Response(Response::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        // No charge is paid, so that none is refunded.
        Input::Response(Response::Refund { .. } | Response::Refunds { .. }) => Transition::default(),
        Input::Evidence(Evidence::Webhook { key, charge }) => match creating.stage {
            // No charge has been asked for, so that there is none of this order.
            Stage::Source => Transition::default(),
            // The answer is on its way and says the same.
            Stage::Charge if *key == EventKey::ChargeCreate => Transition::default(),
            Stage::Charge | Stage::NotSent | Stage::Searching | Stage::Blocked => read(charge),
        },
        Input::Evidence(Evidence::BuyerReturned) => Transition::default(),
    }
}
