//! What a transition leads to, and the transitions that several rules share.

use kakaopay_types::endpoint::RetrieveCharge;
use kakaopay_types::{ChargeId, Timestamp};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::failure::RequestFailure;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::state::model::Model;

/// How long a charge can be paid that does not say for how long: as long as the guide's.
const LIFETIME_SECONDS: i64 = 7 * 86_400;

/// How long the service may take to end a charge that nobody can pay any more before a person is told.
const UNENDED_SECONDS: i64 = 2 * 86_400;

/// What a step leads to.
#[derive(Debug, Default)]
pub(crate) struct Transition {
    /// What becomes known.
    pub(crate) records: Vec<Record>,
    /// What the merchant is told.
    pub(crate) events: Vec<PaymentEvent>,
    /// What becomes of the deadline.
    pub(crate) deadline: DeadlineChange,
    /// Where the buyer goes.
    pub(crate) redirect: Option<String>,
    /// What to change at the service. It leaves only once `records` are durable.
    pub(crate) mutations: Vec<Request>,
    /// What to read from the service.
    pub(crate) reads: Vec<Request>,
}

impl Transition {
    /// Both, this one first. What both find, since it stands in a list twice, is found once.
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

pub(crate) fn resumed() -> Transition {
    Transition { records: vec![Record::Resumed], deadline: DeadlineChange::Plan, ..Transition::default() }
}

/// Whether a charge that was found at `since` and can be paid until `until` has not ended for long after
/// that.
pub(crate) fn is_unended(since: Timestamp, until: Option<Timestamp>, now: Timestamp) -> bool {
    let until = until.unwrap_or_else(|| since.saturating_add_seconds(LIFETIME_SECONDS));
    now >= until.saturating_add_seconds(UNENDED_SECONDS)
}

/// Reads a charge.
pub(crate) fn read(charge: &ChargeId) -> Transition {
    let request = Request::RetrieveCharge(RetrieveCharge::new(charge.clone()));
    Transition { reads: vec![request], ..Transition::default() }
}

/// Asks a person to look, once for each thing there is to see.
pub(crate) fn raise_alert(model: &Model, alert: Alert) -> Transition {
    if model.alerts.contains(&alert) {
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

/// Something could not be read. If it was for the key's sake, a person should know.
pub(crate) fn key_refused(model: &Model, trouble: &RequestFailure) -> Transition {
    trouble.key().map_or_else(Transition::default, |code| raise_alert(model, Alert::key_refused(code)))
}
