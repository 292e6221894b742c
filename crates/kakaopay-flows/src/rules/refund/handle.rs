//! The refunds of a payment, whatever its state: of the charge that pays the order, and of late money.

use kakaopay_types::{EventKey, Timestamp};

use crate::input::{Evidence, Input, Response};
use crate::rules::refund::{begin, poll, reconcile_list, respond};
use crate::state::model::Model;
use crate::transition::{Transition, key_refused};

/// Returns the transition of the payment's refunds for an input.
pub(crate) fn handle(model: &Model, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => poll::refunds(model, false, now),
        Input::Refresh => poll::refunds(model, true, now),
        Input::Resume => poll::resume(model, now),
        Input::StoreIsOlder => begin::doubt(model),
        Input::Response(Response::Refund { reference, number, result }) => {
            respond::response(model, (reference, *number), result.as_deref())
        }
        Input::Response(Response::Refunds { request, served_at, result: Ok(list) }) => {
            let paid = model.paid_charge(&request.list.charge);
            let page = |paid| reconcile_list::page(model, &paid, (request, *served_at), list, now);
            paid.map(page).unwrap_or_default()
        }
        Input::Response(Response::Refunds { result: Err(failure), .. }) => key_refused(model, failure),
        Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge }) => {
            let paid = model.paid_charge(charge);
            paid.map(|paid| begin::list(&paid.charge)).unwrap_or_default()
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            let paid = model.paid_charge(&charge.id);
            paid.map(|_| begin::list_foreign(model, charge)).unwrap_or_default()
        }
        _ => Transition::default(),
    }
}
