//! A pending payment: its charge is polled until it ends.

use kakaopay_types::{Charge, ChargeId, ErrorCode, EventKey, Timestamp};

use crate::alert::Alert;
use crate::failure::RequestFailure;
use crate::input::{Evidence, Input, Origin, Response};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::rules::duplicates::not_searched;
use crate::rules::refund::begin;
use crate::rules::{duplicates, evidence, search};
use crate::schedule::SOON_SECONDS;
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::transition::{Transition, is_unended, key_refused, raise_alert, read, resumed};

pub(crate) fn while_pending(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => {
            let look = Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
                .and(duplicates::look(model, now));
            look.and(pending_overdue(model, pending, now))
        }
        Input::Refresh => Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
            .and(duplicates::look(model, now)),
        Input::Resume => resumed().and(while_pending(model, pending, &Input::Refresh, now)),
        Input::Evidence(Evidence::BuyerReturned) => look_soon(pending, now),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            if *charge != pending.charge {
                read(charge)
            } else if *key == EventKey::ChargeCreate {
                Transition::default()
            } else {
                look_soon(pending, now)
            }
        }
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => {
            settled(model, charge, evidence::judge(model, pending, charge, Origin::Read), now)
        }
        // Another way may have been faster than the answer to the creation.
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            evidence::judge(model, pending, charge, Origin::Creation)
        }
        Input::Response(Response::FindCharge { request, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::judge(model, pending, charge, Origin::List);
            search::searched(model, request, list, judge)
        }
        Input::Response(Response::Read { charge, result: Err(trouble) }) => {
            not_read(model, pending, charge, trouble)
        }
        Input::Response(Response::FindCharge { result: Err(trouble), .. }) => {
            not_searched(model, trouble, now)
        }
        Input::Persisted(_) | Input::Response(_) => Transition::default(),
    }
}

/// Adds, where a charge that was read has settled the payment, what it says of refunds.
pub(crate) fn settled(model: &Model, charge: &Charge, step: Transition, now: Timestamp) -> Transition {
    let paid = step.records.iter().any(|record| matches!(record, Record::Successful { .. }));
    if paid { step.and(begin::list_foreign(model, charge, now)) } else { step }
}

/// Nobody can pay the charge any more, and the service has not ended it for long: a person is told.
fn pending_overdue(model: &Model, pending: &Pending, now: Timestamp) -> Transition {
    let late = is_unended(pending.since, pending.until, now);
    if late { raise_alert(model, Alert::Overdue) } else { Transition::default() }
}

/// A charge could not be read.
fn not_read(model: &Model, pending: &Pending, charge: &ChargeId, trouble: &RequestFailure) -> Transition {
    match trouble {
        RequestFailure::Rejected(error) if error.code == ErrorCode::NotFound && *charge == pending.charge => {
            raise_alert(model, Alert::ChargeNotFound { charge: charge.clone() })
        }
        _ => key_refused(model, trouble),
    }
}

/// Something suggests that there is news: looks now, and once more soon, because the service may be
/// a moment behind itself.
fn look_soon(pending: &Pending, now: Timestamp) -> Transition {
    Transition { deadline: DeadlineChange::By(soon(now)), ..read(&pending.charge) }
}

fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add_seconds(SOON_SECONDS)
}
