//! A transition, and the transitions that several rules share.

use kakaopay_types::{ChargeId, Timestamp};

use crate::alert::Alert;
use crate::charge_read::ChargeRead;
use crate::event::PaymentEvent;
use crate::failure::RequestFailure;
use crate::input::{Input, Response};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::state::cancellation::CancelWish;
use crate::state::lifecycle::State;
use crate::state::look_up::Reading;
use crate::state::model::Model;

/// Assumed lifetime of a charge without `expires_at`: that of the charge in the guide.
const LIFETIME_SECONDS: i64 = 7 * 86_400;

/// How long after its expiry the service may take to end a charge before an alert is raised.
const UNENDED_SECONDS: i64 = 2 * 86_400;

/// The result of an input: records, events, requests and a change of the deadline.
#[derive(Debug, Default)]
pub(crate) struct Transition {
    /// The records to persist.
    pub(crate) records: Vec<Record>,
    /// The events to notify the merchant of.
    pub(crate) events: Vec<PaymentEvent>,
    /// The change of the deadline.
    pub(crate) deadline: DeadlineChange,
    /// The address to redirect the buyer to.
    pub(crate) redirect: Option<String>,
    /// The mutations to send after `records` are durable.
    pub(crate) mutations: Vec<Request>,
    /// The reads to send.
    pub(crate) reads: Vec<Request>,
}

impl Transition {
    /// Combines two transitions, this one first. Duplicate records and events, which come of a charge that is
    /// in a list twice, are dropped.
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
        self.deadline = self.deadline.and(other.deadline);
        self.redirect = self.redirect.or(other.redirect);
        self.mutations.extend(other.mutations);
        self.reads.extend(other.reads);
        self
    }
}

/// Clears the alerts.
pub(crate) fn resumed() -> Transition {
    Transition { records: vec![Record::Resumed], deadline: DeadlineChange::Plan, ..Transition::default() }
}

/// Returns whether an unended charge, found at `since` and payable until `until`, should have ended long ago.
pub(crate) fn is_unended(since: Timestamp, until: Option<Timestamp>, now: Timestamp) -> bool {
    let until = until.unwrap_or_else(|| since.saturating_add_seconds(LIFETIME_SECONDS));
    now >= until.saturating_add_seconds(UNENDED_SECONDS)
}

/// Reads a charge.
pub(crate) fn read(charge: &ChargeId) -> Transition {
    let request = Request::RetrieveCharge(ChargeRead::new(charge.clone()));
    Transition { reads: vec![request], ..Transition::default() }
}

/// Records a reading of the charges with which the service's time begins to count.
pub(crate) fn not_listed(reading: &Reading) -> Transition {
    Transition {
        records: vec![Record::NotListed { served_at: reading.served_at, complete: reading.complete }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Raises an alert, unless the same alert is open or acknowledged.
pub(crate) fn raise_alert(model: &Model, alert: Alert) -> Transition {
    if model.is_raised(&alert) {
        return Transition::default();
    }
    let reference = model.intent.reference.clone();
    let number = model.alert_counts.get(&alert.key()).map_or(1, |times| times.saturating_add(1));
    Transition {
        records: vec![Record::AlertRaised { alert: alert.clone() }],
        events: vec![PaymentEvent::Alert { reference, alert, number }],
        ..Transition::default()
    }
}

/// Closes the alert about a rejected key after the service has answered a read, unless the payment has yet to send a
/// request that moves money: an account may lack the permission for it alone.
pub(crate) fn key_accepted(model: &Model, input: &Input) -> Transition {
    let is_read = matches!(
        input,
        Input::Response(
            Response::Read { result: Ok(_), .. }
                | Response::FindCharge { result: Ok(_), .. }
                | Response::Refunds { result: Ok(_), .. }
        )
    );
    let is_idle = !matches!(&model.state, State::Creating(creating) if creating.is_unsent())
        && !model.cancel.wish.as_ref().is_some_and(CancelWish::is_pursued)
        && model.refunds.values().all(|refund| refund.state().is_final());
    let is_closed = is_read && is_idle && model.has_refused_key();
    let records = if is_closed { vec![Record::KeyAccepted] } else { Vec::new() };
    Transition { records, ..Transition::default() }
}

/// Raises an alert if a read failed because the service rejects the key.
pub(crate) fn key_refused(model: &Model, failure: &RequestFailure) -> Transition {
    failure.key().map_or_else(Transition::default, |code| raise_alert(model, Alert::key_refused(code)))
}
