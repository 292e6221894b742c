//! A payment that has ended: its refunds, and evidence that contradicts the end.

use kakaopay_types::{EventKey, Timestamp};

use crate::input::{Evidence, Input, Origin, Response};
use crate::next_deadline::DeadlineChange;
use crate::rules::duplicates::not_searched;
use crate::rules::refund::{begin, poll, reconcile_list, respond};
use crate::rules::{duplicates, evidence, search};
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::transition::{Transition, key_refused, read, resumed};

/// What a paid payment does with an input: its refunds, and watching for what should not be.
pub(crate) fn after_payment(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => poll::look(model, pending, false, now).and(after_end(model, pending, input, now)),
        Input::Refresh => poll::look(model, pending, true, now).and(after_end(model, pending, input, now)),
        Input::Resume => resumed().and(poll::resume(model, pending, now)).and(after_end(
            model,
            pending,
            &Input::Refresh,
            now,
        )),
        Input::Response(Response::Refund { reference, number, result }) => {
            respond::answered(model, pending, (reference, *number), result.as_deref(), now)
        }
        Input::Response(Response::Refunds { request, result: Ok(list) }) => {
            reconcile_list::answered(model, pending, request, list, now)
        }
        Input::Response(Response::Refunds { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge })
            if *charge == pending.charge =>
        {
            begin::list(&pending.charge, now)
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge))
            if charge.id == pending.charge =>
        {
            after_end(model, pending, input, now).and(begin::list_foreign(model, charge, now))
        }
        // What is told of a charge that was paid is no news.
        Input::Evidence(Evidence::Webhook { charge, .. }) if *charge == pending.charge => {
            Transition::default()
        }
        _ => after_end(model, pending, input, now),
    }
}

/// What a payment that ended does with an input: nothing but watch for what should not be.
pub(crate) fn after_end(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => Transition { deadline: DeadlineChange::Plan, ..duplicates::look(model, now) },
        Input::Refresh => Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
            .and(duplicates::look(model, now)),
        Input::Resume => resumed().and(after_end(model, pending, &Input::Refresh, now)),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let news = *charge != pending.charge || *key != EventKey::ChargeCreate;
            if news { read(charge) } else { Transition::default() }
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            evidence::contradict(model, pending, charge, Origin::Read)
        }
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            evidence::contradict(model, pending, charge, Origin::Creation)
        }
        Input::Response(Response::FindCharge { request, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::contradict(model, pending, charge, Origin::List);
            search::searched(model, request, list, judge)
        }
        Input::Response(Response::FindCharge { result: Err(trouble), .. }) => {
            not_searched(model, trouble, now)
        }
        Input::Response(Response::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Response(_) | Input::Evidence(Evidence::BuyerReturned) => {
            Transition::default()
        }
    }
}

/// What a refused payment does with an input: it has no charge, so that any is searched for and watched.
pub(crate) fn after_refusal(model: &Model, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout | Input::Refresh => {
            Transition { deadline: DeadlineChange::Plan, ..duplicates::look(model, now) }
        }
        Input::Resume => resumed().and(after_refusal(model, &Input::Refresh, now)),
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            duplicates::judge(model, charge, Origin::Creation)
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => duplicates::judge(model, charge, Origin::Read),
        Input::Response(Response::FindCharge { request, result: Ok(list) }) => {
            search::searched(model, request, list, |charge| duplicates::judge(model, charge, Origin::List))
        }
        Input::Response(Response::FindCharge { result: Err(trouble), .. }) => {
            not_searched(model, trouble, now)
        }
        Input::Response(Response::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Response(_) | Input::Evidence(Evidence::BuyerReturned) => {
            Transition::default()
        }
    }
}
