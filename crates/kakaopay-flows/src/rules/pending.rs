//! A pending payment, whose charge is polled until it ends.

use kakaopay_types::{Charge, ChargeId, ErrorCode, EventKey, Timestamp};

use crate::alert::Alert;
use crate::failure::RequestFailure;
use crate::input::{Evidence, Input, Origin, Response};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::rules::cancel::ReadAt;
use crate::rules::duplicates::search_failed;
use crate::rules::refund::begin;
use crate::rules::{cancel, duplicates, evidence, search};
use crate::schedule::SOON_SECONDS;
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::transition::{Transition, is_unended, key_refused, raise_alert, read, resumed};

/// Returns the transition of a pending payment for an input.
pub(crate) fn while_pending(model: &Model, pending: &Pending, input: &Input, now: Timestamp) -> Transition {
    match input {
        Input::Timeout => {
            let poll = Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
                .and(duplicates::poll(model, now));
            poll.and(pending_overdue(model, pending, now))
        }
        Input::Refresh => Transition { deadline: DeadlineChange::Plan, ..read(&pending.charge) }
            .and(duplicates::poll(model, now)),
        Input::Resume => resumed().and(while_pending(model, pending, &Input::Refresh, now)),
        Input::Evidence(Evidence::BuyerReturned) => read_twice(pending, now),
        Input::Evidence(Evidence::Webhook { key, charge }) => {
            if *charge != pending.charge {
                read(charge)
            } else if *key == EventKey::ChargeCreate {
                Transition::default()
            } else {
                read_twice(pending, now)
            }
        }
        Input::Response(Response::Read { after_seq, served_at, result: Ok(charge), .. }) => {
            let read_at = ReadAt { after_seq: *after_seq, served_at: *served_at };
            own_read(model, pending, charge, read_at, now)
        }
        Input::Evidence(Evidence::Read(charge)) => own_read(model, pending, charge, ReadAt::default(), now),
        Input::Response(Response::Expire { charge, result }) => {
            cancel::response(model, pending, charge, result.as_deref())
        }
        Input::Cancel => cancel::wish(model),
        Input::TakeCancelBack => cancel::take_back(model),
        // A webhook or a search may have found the charge before the response to its creation arrived.
        Input::Response(Response::Charge { result: Ok(charge), .. }) => {
            evidence::judge(model, pending, charge, Origin::Creation)
        }
        Input::Response(Response::FindCharge { request, served_at, result: Ok(list) }) => {
            let judge = |charge: &_| evidence::judge(model, pending, charge, Origin::List);
            search::duplicates_page(model, (request, *served_at), list, judge, now)
        }
        Input::Response(Response::Read { charge, result: Err(failure), .. }) => {
            not_read(model, pending, charge, failure)
        }
        Input::Response(Response::FindCharge { result: Err(failure), .. }) => {
            search_failed(model, failure, now)
        }
        Input::Persisted(_) | Input::Response(_) | Input::StoreIsOlder => Transition::default(),
    }
}

/// Handles a read of a charge, and goes on with cancelling if the payment's own can still be paid.
fn own_read(
    model: &Model,
    pending: &Pending,
    charge: &Charge,
    read_at: ReadAt,
    now: Timestamp,
) -> Transition {
    let step = evidence::judge(model, pending, charge, Origin::Read);
    let goes_on = cancel::after_reading(model, pending, charge, read_at, now);
    with_foreign_refunds(model, charge, step.and(goes_on))
}

/// Adds a read of the refunds, if the transition makes the payment paid and its charge has unknown refunds.
pub(crate) fn with_foreign_refunds(model: &Model, charge: &Charge, step: Transition) -> Transition {
    let paid = step.records.iter().any(|record| matches!(record, Record::Successful { .. }));
    if paid { step.and(begin::list_foreign(model, charge)) } else { step }
}

/// Raises an alert if the service has not ended the charge long after its expiry.
fn pending_overdue(model: &Model, pending: &Pending, now: Timestamp) -> Transition {
    let late = is_unended(pending.since, pending.until, now);
    if late { raise_alert(model, Alert::Overdue) } else { Transition::default() }
}

/// Handles the failure of a read.
fn not_read(model: &Model, pending: &Pending, charge: &ChargeId, failure: &RequestFailure) -> Transition {
    match failure {
        RequestFailure::Rejected(error) if error.code == ErrorCode::NotFound && *charge == pending.charge => {
            raise_alert(model, Alert::ChargeNotFound { charge: charge.clone() })
        }
        _ => key_refused(model, failure),
    }
}

/// Reads the charge now and once more soon, because the service may return a stale charge right after a
/// change.
fn read_twice(pending: &Pending, now: Timestamp) -> Transition {
    Transition { deadline: DeadlineChange::By(soon(now)), ..read(&pending.charge) }
}

fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add_seconds(SOON_SECONDS)
}
