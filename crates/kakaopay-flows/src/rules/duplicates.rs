//! Duplicate charges: charges of the order that are not the payment's own.
//!
//! Lost attempts create them. The buyer was not redirected to them and should not pay them. They are polled
//! until they end, and an alert is raised if one was paid.

use kakaopay_types::{Charge, ChargeId, ChargeStatus, Outcome, Timestamp};

use crate::alert::Alert;
use crate::failure::RequestFailure;
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::search::ChargeSearch;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::State;
use crate::state::look_up::{LookUp, Patience, Reading, Verdict};
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, is_unended, key_refused, not_listed, raise_alert, read};

/// How long the search for duplicates may fail, by the driver's clock, before an alert is raised.
const PATIENCE_SECONDS: i64 = 86_400;

/// Compares a charge that is not the payment's own with the order.
pub(crate) fn judge(model: &Model, charge: &Charge, origin: Origin) -> Transition {
    if !is_of_order(model, charge) {
        return Transition::default();
    }
    let known = model.duplicates.get(&charge.id);
    let mut step = Transition::default();
    if known.is_none() {
        step.records
            .push(Record::DuplicateFound { charge: charge.id.clone(), expires_at: charge.expires_at });
        step.deadline = DeadlineChange::Plan;
    }
    // It must equal the order, whichever attempt created it.
    let expected = model.intent.expected(charge.metadata.attempt(), model.attempts);
    if let Err(member) = expected.check(charge) {
        step = step.and(raise_alert(model, Alert::Mismatch { charge: charge.id.clone(), member }));
    }
    let end = match charge.outcome() {
        Outcome::Pending | Outcome::Unknown(_) => return step,
        Outcome::Successful | Outcome::Failed { .. } | Outcome::Expired => charge.status.to_string(),
    };
    if origin != Origin::Read {
        let ended = known.is_some_and(|duplicate| duplicate.end.is_some());
        return if ended { step } else { step.and(read(&charge.id)) };
    }
    if known.is_none_or(|duplicate| duplicate.end.is_none()) {
        step.records.push(Record::DuplicateEnded { charge: charge.id.clone(), status: end });
        step.deadline = DeadlineChange::Plan;
    }
    if charge.outcome() == Outcome::Successful { step.and(paid(model, charge)) } else { step }
}

/// Raises an alert for each paid duplicate, after `own` became the payment's own charge.
pub(crate) fn alerts_for_paid_duplicates(model: &Model, own: &ChargeId) -> Transition {
    let paid =
        |duplicate: &DuplicateCharge| duplicate.end.as_deref() == Some(ChargeStatus::Successful.as_str());
    let duplicates = model.duplicates.iter().filter(|(charge, duplicate)| *charge != own && paid(duplicate));
    let alerts = duplicates.map(|(other, _)| {
        raise_alert(model, Alert::DuplicateChargePaid { charge: own.clone(), other: other.clone() })
    });
    alerts.fold(Transition::default(), Transition::and)
}

/// Raises an alert for a paid duplicate.
fn paid(model: &Model, charge: &Charge) -> Transition {
    let other = charge.id.clone();
    match (&model.state, model.state.charge()) {
        (_, Some(own)) => {
            raise_alert(model, Alert::DuplicateChargePaid { charge: own.charge.clone(), other })
        }
        // A charge that equals the order pays it, and one that differs has raised its own alert. Both are
        // covered again once the payment has its own charge.
        (State::Creating(_), None) => Transition::default(),
        (_, None) => {
            raise_alert(model, Alert::Contradiction { charge: other, status: charge.status.to_string() })
        }
    }
}

/// Polls the duplicates that have not ended, and continues the search for more.
pub(crate) fn poll(model: &Model, now: Timestamp) -> Transition {
    let open = || model.duplicates.iter().filter(|(_, duplicate)| duplicate.end.is_none());
    let mut step = open().fold(Transition::default(), |step, (charge, _)| step.and(read(charge)));
    if open().any(|(_, duplicate)| is_unended(duplicate.since, duplicate.expires_at, now)) {
        step = step.and(raise_alert(model, Alert::Overdue));
    }
    // The search for the payment's own charge finds duplicates too.
    if model.search.is_none() || matches!(model.state, State::Creating(_)) {
        return step;
    }
    let first = ChargeSearch::first(model.opened_at);
    step.and(Transition { reads: vec![Request::FindCharge(first)], ..Transition::default() })
}

/// Raises an alert if the search has failed for too long.
pub(crate) fn search_overdue(model: &Model, now: Timestamp) -> Transition {
    let late = model
        .search
        .as_ref()
        .is_some_and(|look_up| now >= look_up.since.saturating_add_seconds(PATIENCE_SECONDS));
    if late { raise_alert(model, Alert::SearchBlocked) } else { Transition::default() }
}

/// Ends the search for duplicates after its last page, if it can conclude.
pub(crate) fn last_page(model: &Model, look_up: &LookUp, reading: &Reading, now: Timestamp) -> Transition {
    let blocked = || raise_alert(model, Alert::SearchBlocked);
    match look_up.judge(reading, Patience::DUPLICATE_CHARGE, now) {
        Verdict::Conclusive => {
            let completed = Transition {
                records: vec![Record::SearchCompleted],
                deadline: DeadlineChange::Plan,
                ..Transition::default()
            };
            if reading.complete { completed } else { completed.and(blocked()) }
        }
        Verdict::First => not_listed(reading),
        Verdict::NoClock => blocked(),
        Verdict::Stale | Verdict::TooEarly => Transition::default(),
    }
}

/// Handles the failure of a search for duplicates.
pub(crate) fn search_failed(model: &Model, failure: &RequestFailure, now: Timestamp) -> Transition {
    key_refused(model, failure).and(search_overdue(model, now))
}
