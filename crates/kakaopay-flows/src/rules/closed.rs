//! A final payment: evidence that contradicts its state.

use kakaopay_types::{EventKey, Timestamp};

use crate::input::{Evidence, Input, Origin, Response};
use crate::next_deadline::DeadlineChange;
use crate::rules::duplicates::search_failed;
use crate::rules::{duplicates, evidence, search};
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::transition::{Transition, key_refused, read, resumed};

/// Returns the transition of a paid payment for an input: it only checks evidence.
pub(crate) fn after_payment(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        // Webhooks about the paid charge change nothing, except its refunds.
        Input::Evidence(Evidence::Webhook { charge, .. }) if *charge == pending.charge => {
            Transition::default()
        }
        _ => after_end(model, pending, input, now),
    }
}

/// Returns the transition of a payment with an ended charge for an input: it only checks evidence.
pub(crate) fn after_end(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => Transition { deadline: DeadlineChange::Plan, ..duplicates::poll(model, now) },
        Input::Refresh => Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
            .and(duplicates::poll(model, now)),
        Input::Resume => resumed().and(after_end(model, pending, &Input::Refresh, now)),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let is_new = *charge != pending.charge || *key != EventKey::ChargeCreate;
            if is_new { read(charge) } else { Transition::default() }
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            evidence::contradict(model, pending, charge, Origin::Read)
        }
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            evidence::contradict(model, pending, charge, Origin::Creation)
        }
        Input::Response(Response::FindCharge { request, served_at, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::contradict(model, pending, charge, Origin::List);
            search::duplicates_page(model, (request, *served_at), list, judge, now)
        }
        Input::Response(Response::FindCharge { result: Err(failure), .. }) => {
            search_failed(model, failure, now)
        }
        Input::Response(Response::Read { result: Err(failure), .. }) => key_refused(model, failure),
        Input::Persisted(_)
        | Input::Response(_)
        | Input::StoreIsOlder
        | Input::Cancel
        | Input::TakeCancelBack
        | Input::Evidence(Evidence::BuyerReturned) => Transition::default(),
    }
}

/// Returns the transition of a refused payment, or of one that was cancelled without a charge, for an input: it has no own
/// charge, so each charge of the order is a duplicate.
pub(crate) fn after_refusal(model: &Model, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout | Input::Refresh => {
            Transition { deadline: DeadlineChange::Plan, ..duplicates::poll(model, now) }
        }
        Input::Resume => resumed().and(after_refusal(model, &Input::Refresh, now)),
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            evidence::judge_other(model, charge, Origin::Creation)
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => evidence::judge_other(model, charge, Origin::Read),
        Input::Response(Response::FindCharge { request, served_at, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::judge_other(model, charge, Origin::List);
            search::duplicates_page(model, (request, *served_at), list, judge, now)
        }
        Input::Response(Response::FindCharge { result: Err(failure), .. }) => {
            search_failed(model, failure, now)
        }
        Input::Response(Response::Read { result: Err(failure), .. }) => key_refused(model, failure),
        Input::Persisted(_)
        | Input::Response(_)
        | Input::StoreIsOlder
        | Input::Cancel
        | Input::TakeCancelBack
        | Input::Evidence(Evidence::BuyerReturned) => Transition::default(),
    }
}
