//! The transition function: `(state, input) → (records, events, requests)`.
//!
//! It is total: every state takes every input. [TABLES.md](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-flows/TABLES.md)
//! lists the effect of each input in each state.

use std::num::NonZeroU32;

use kakaopay_types::{EventKey, Timestamp};

use crate::input::{Evidence, Input, Origin, Response};
use crate::intent::SourceMode;
use crate::journal::record::Record;
use crate::rules::closed::{after_end, after_payment, after_refusal};
use crate::rules::pending::{while_pending, with_foreign_refunds};
use crate::rules::refund::handle;
use crate::rules::{cancel, creation, duplicates, evidence, late_refund, night, requests, search};
use crate::state::lifecycle::{Creating, Stage, State};
use crate::state::model::Model;
use crate::transition::{Transition, key_accepted, key_refused, read, resumed};

/// Returns the transition of a payment for an input.
pub(crate) fn transition(model: &Model, input: &Input, now: Timestamp) -> Transition {
    let step = handle::handle(model, input, now).and(match &model.state {
        State::Creating(creating) => while_creating(model, creating, input, now),
        State::Pending(pending) => while_pending(model, pending, input, now),
        State::Successful { pending, .. } => after_payment(model, pending, input, now),
        State::Failed { pending, .. } | State::Expired(pending) | State::Cancelled(Some(pending)) => {
            after_end(model, pending, input, now)
        }
        State::Cancelled(None) | State::Refused { .. } => after_refusal(model, input, now),
    });
    let refunds = late_refund::order(model, &step, now);
    step.and(refunds).and(night::reads(model, input, now)).and(key_accepted(model, input))
}

/// Returns the first transition of a new payment.
pub(crate) fn open(model: &Model) -> Transition {
    let mut step = match &model.intent.source {
        SourceMode::Separate(platform_type) => requests::request_source(model, platform_type.clone()),
        SourceMode::Inline(_) | SourceMode::Existing(_) => {
            requests::request_charge(model, None, NonZeroU32::MIN)
        }
    };
    step.records.insert(0, Record::Opened(model.intent.clone().into()));
    step
}

/// Returns the first transition of a payment whose charge exists already.
pub(crate) fn adopt(model: &Model, attempts: NonZeroU32) -> Transition {
    let records = vec![
        Record::Opened(model.intent.clone().into()),
        Record::ChargeRequested { attempt: attempts },
        Record::OutcomeUnknown,
    ];
    Transition { records, ..search::again(model) }
}

fn while_creating(model: &Model, creating: &Creating, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Persisted(_) => Transition::default(),
        Input::Timeout => {
            let timeout =
                creation::timeout(model, creating, now).and(creation::overdue(model, creating, now));
            timeout.and(duplicates::poll(model, now))
        }
        Input::Refresh => creation::refresh(model, creating).and(duplicates::poll(model, now)),
        Input::StoreIsOlder if creating.is_unsent() => search::begin(model),
        Input::StoreIsOlder => Transition::default(),
        Input::Resume => resumed().and(creation::resume(model, creating)),
        Input::Response(Response::Source(result)) => {
            creation::source_response(model, creating, result.as_deref(), now)
        }
        Input::Response(Response::Charge { attempt, result }) => match result {
            Ok(charge) => evidence::adopt(model, creating, charge, Origin::Creation),
            Err(failure) => creation::charge_failure(model, creating, *attempt, failure),
        },
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            with_foreign_refunds(model, charge, evidence::adopt(model, creating, charge, Origin::Read))
        }
        Input::Response(Response::FindCharge { request, served_at, result: Ok(list) }) => {
            search::page(model, creating, (request, *served_at), list, now)
        }
        Input::Response(Response::FindCharge { result: Err(failure), .. }) => {
            search::failed(model, creating, now).and(key_refused(model, failure))
        }
        Input::Response(Response::Read { result: Err(failure), .. }) => key_refused(model, failure),
        Input::Cancel => cancel::wish(model),
        Input::TakeCancelBack => cancel::take_back(model),
        // Refunds are handled beside the state. The charge of an earlier attempt has ended.
        Input::Response(Response::Refund { .. } | Response::Refunds { .. } | Response::Expire { .. }) => {
            Transition::default()
        }
        Input::Evidence(Evidence::Webhook { key, charge }) => match creating.stage {
            // The response in flight has the same charge.
            Stage::Charge if *key == EventKey::ChargeCreate => Transition::default(),
            // Also before a charge was requested: a store that was restored may lack the request.
            Stage::Source | Stage::Charge | Stage::NotSent | Stage::Searching | Stage::Blocked => {
                read(charge)
            }
        },
        Input::Evidence(Evidence::BuyerReturned) => Transition::default(),
    }
}
