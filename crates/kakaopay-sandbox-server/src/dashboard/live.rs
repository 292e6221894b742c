//! The live part of the dashboard.

use std::collections::HashMap;

use askama::Template;
use kakaopay_sandbox::{Activity, ChargeSummary, EventSummary, WebhookAttempt};

use super::exchange::Exchange;
use super::words::DashboardWords;
use crate::pages::{Language, Moment};
use crate::phrase::{Phrase, Piece};
use crate::texts::fill;

/// Maximum number of charges on the dashboard, newest first.
pub(super) const CHARGES: usize = 32;

/// The part of the dashboard that changes with the state.
#[derive(Template)]
#[template(path = "live.html")]
pub(super) struct Live {
    language: Language,
    labels: &'static DashboardWords,
    /// Total numbers of charges and events, and the time.
    summary: Phrase,
    charges: Vec<ChargeRow>,
    /// Requests that belong to no listed charge.
    others: Vec<Exchange>,
}

/// A charge with its events and requests.
struct ChargeRow {
    id: String,
    status: &'static str,
    amount: String,
    refunded: Option<String>,
    description: Option<String>,
    created: Phrase,
    /// URL of its payment page.
    page: String,
    events: Vec<EventRow>,
    exchanges: Vec<Exchange>,
}

/// An event with its delivery attempts.
struct EventRow {
    id: String,
    key: &'static str,
    at: Moment,
    deliveries: Vec<DeliveryRow>,
}

struct DeliveryRow {
    at: Moment,
    uri: String,
    outcome: String,
    arrived: bool,
}

impl Live {
    /// Builds the view. Each request comes with the id of its charge or source.
    pub(super) fn of(
        activity: Activity,
        calls: Vec<(Option<String>, Exchange)>,
        now: Moment,
        language: Language,
    ) -> Self {
        let labels = DashboardWords::of(language);
        let Activity { charge_count, event_count, charges, .. } = activity;
        let places: HashMap<String, usize> = charges
            .iter()
            .enumerate()
            .flat_map(|(place, (charge, _))| {
                [(charge.id.to_string(), place), (charge.source.to_string(), place)]
            })
            .collect();
        let mut charges: Vec<_> = charges.into_iter().map(|charge| ChargeRow::of(charge, labels)).collect();
        let mut others = Vec::new();
        for (subject, call) in calls {
            let place = subject.and_then(|subject| places.get(&subject));
            match place.and_then(|place| charges.get_mut(*place)) {
                Some(row) => row.exchanges.push(call),
                None => others.push(call),
            }
        }
        let values = [
            ("charges", Piece::Text(labels.charge_count(charge_count))),
            ("events", Piece::Text(labels.event_count(event_count))),
            ("time", Piece::Time(now)),
        ];
        Self { language, labels, summary: Phrase::new(labels.summary, &values), charges, others }
    }
}

impl ChargeRow {
    fn of((charge, events): (ChargeSummary, Vec<EventSummary>), labels: &DashboardWords) -> Self {
        Self {
            page: format!("/payments/{}/authorize", charge.payment),
            id: charge.id.to_string(),
            status: charge.status,
            amount: charge.amount.to_string(),
            refunded: Some(charge.refunded)
                .filter(|refunded| refunded.minor_units() > 0)
                .map(|refunded| fill(labels.refunded, "amount", refunded)),
            description: charge.description,
            created: Phrase::new(labels.created, &[("time", Piece::Time(Moment(charge.created_at)))]),
            events: events.into_iter().map(|event| EventRow::of(event, labels)).collect(),
            exchanges: Vec::new(),
        }
    }
}

impl EventRow {
    fn of(event: EventSummary, labels: &DashboardWords) -> Self {
        Self {
            id: event.id.to_string(),
            key: event.key,
            at: Moment(event.created_at),
            deliveries: event.attempts.into_iter().map(|attempt| DeliveryRow::of(attempt, labels)).collect(),
        }
    }
}

impl DeliveryRow {
    fn of(attempt: WebhookAttempt, labels: &DashboardWords) -> Self {
        let arrived = matches!(attempt.outcome, Ok(200..=299));
        let outcome = match attempt.outcome {
            Ok(status) => fill(labels.responded, "status", status),
            Err(error) => error,
        };
        Self { at: Moment(attempt.posted_at), uri: attempt.uri, outcome, arrived }
    }
}
