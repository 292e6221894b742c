//! A payment that has ended: its refunds, and evidence that contradicts the end.

use kakaopay_types::EventKey;

use crate::input::{Answer, Evidence, Input, Now, Origin};
use crate::next_deadline::DeadlineChange;
use crate::rules::duplicates::not_searched;
use crate::rules::refund::{begin, poll, reconcile_list, respond};
use crate::rules::{duplicates, evidence, search};
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::transition::{Transition, key_refused, read, resumed};

/// What a paid payment does with an input: its refunds, and watching for what should not be.
pub(crate) fn after_payment(model: &Model, pending: &Pending, input: &Input, now: Now) -> Transition {
    match input {
        Input::Tick => poll::look(model, pending, false, now).and(after_end(model, pending, input, now)),
        Input::Look => poll::look(model, pending, true, now).and(after_end(model, pending, input, now)),
        Input::Resume => {
            resumed().and(poll::resume(model, pending, now)).and(after_end(model, pending, &Input::Look, now))
        }
        Input::Answered(Answer::Refund { reference, number, result }) => {
            respond::answered(model, pending, (reference, *number), result.as_deref(), now)
        }
        Input::Answered(Answer::Refunds { request, result: Ok(list) }) => {
            reconcile_list::answered(model, pending, request, list, now)
        }
        Input::Answered(Answer::Refunds { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge })
            if *charge == pending.charge =>
        {
            begin::list(&pending.charge, now)
        }
        Input::Answered(Answer::Read { result: Ok(charge), .. })
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
pub(crate) fn after_end(model: &Model, pending: &Pending, input: &Input, now: Now) -> Transition {
    match input {
        Input::Tick => Transition { deadline: DeadlineChange::Plan, ..duplicates::look(model, now) },
        Input::Look => Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
            .and(duplicates::look(model, now)),
        Input::Resume => resumed().and(after_end(model, pending, &Input::Look, now)),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            let news = *charge != pending.charge || *key != EventKey::ChargeCreate;
            if news { read(charge) } else { Transition::default() }
        }
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            evidence::contradict(model, pending, charge, Origin::Read)
        }
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            evidence::contradict(model, pending, charge, Origin::Creation)
        }
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::contradict(model, pending, charge, Origin::List);
            search::searched(model, request, list, judge)
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => not_searched(model, trouble, now),
        Input::Answered(Answer::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => {
            Transition::default()
        }
    }
}

/// What a refused payment does with an input: it has no charge, so that any is searched for and watched.
pub(crate) fn after_refusal(model: &Model, input: &Input, now: Now) -> Transition {
    match input {
        Input::Tick | Input::Look => {
            Transition { deadline: DeadlineChange::Plan, ..duplicates::look(model, now) }
        }
        Input::Resume => resumed().and(after_refusal(model, &Input::Look, now)),
        Input::Evidence(Evidence::Webhook { charge, .. }) => read(charge),
        Input::Answered(Answer::Charge { result: Ok(charge), .. }) => {
            duplicates::judge(model, charge, Origin::Creation)
        }
        Input::Answered(Answer::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => duplicates::judge(model, charge, Origin::Read),
        Input::Answered(Answer::LookUp { request, result: Ok(list) }) => {
            search::searched(model, request, list, |charge| duplicates::judge(model, charge, Origin::List))
        }
        Input::Answered(Answer::LookUp { result: Err(trouble), .. }) => not_searched(model, trouble, now),
        Input::Answered(Answer::Read { result: Err(trouble), .. }) => key_refused(model, trouble),
        Input::Persisted(_) | Input::Answered(_) | Input::Evidence(Evidence::Returned) => {
            Transition::default()
        }
    }
}
