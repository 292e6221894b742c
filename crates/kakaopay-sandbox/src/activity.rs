//! Read-only views of the state, for pages and tests.

use std::collections::HashMap;

use kakaopay_types::{ChargeId, EventId, FailureCode, Money, PlatformType, SourceId, Timestamp};

use crate::sandbox::Sandbox;
use crate::state::{Charge, Delivery, Ending, Event, State};

/// A charge, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChargeSummary {
    /// The charge.
    pub id: ChargeId,
    /// Its source.
    pub source: SourceId,
    /// The name of the payment in `authorize_uri`.
    pub payment: String,
    /// The amount to be paid.
    pub amount: Money,
    /// The amount that was refunded.
    pub refunded: Money,
    /// The merchant's description.
    pub description: Option<String>,
    /// `pending`, `successful`, `failed` or `expired`.
    pub status: &'static str,
    /// When it was created.
    pub created_at: Timestamp,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// When a buyer who takes their time approves it.
    pub approval: Option<Timestamp>,
    /// When it was paid, failed or expired.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub failure_code: Option<FailureCode>,
    /// Where the buyer returns to.
    pub return_uri: String,
    /// The platform that the merchant named in the source.
    pub platform_type: Option<PlatformType>,
    /// The page in the buyer's wallet that the QR code leads to.
    pub summary_uri: String,
}

/// An event with the attempts to post it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventSummary {
    /// The event.
    pub id: EventId,
    /// Such as `charge.complete`.
    pub key: &'static str,
    /// When it happened.
    pub created_at: Timestamp,
    /// In order.
    pub attempts: Vec<WebhookAttempt>,
}

/// An attempt to post an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// When it was posted.
    pub posted_at: Timestamp,
    /// The endpoint.
    pub uri: String,
    /// The status of the response, or why there was none.
    pub outcome: Result<u16, String>,
}

/// The latest charges, each with its events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activity {
    /// Number of all charges.
    pub charge_count: usize,
    /// Number of all events.
    pub event_count: usize,
    /// The latest charge first, each with its events, the latest first.
    pub charges: Vec<(ChargeSummary, Vec<EventSummary>)>,
}

impl Sandbox {
    /// The charge of a payment, by its name in `authorize_uri`.
    #[must_use]
    pub fn charge_of_payment(&self, payment: &str) -> Option<ChargeSummary> {
        let (state, _) = self.state_now();
        state.charge_of_payment(payment).map(|charge| ChargeSummary::of(&state, charge))
    }

    /// The latest `limit` charges with their events.
    #[must_use]
    pub fn activity(&self, limit: usize) -> Activity {
        let (state, _) = self.state_now();
        let latest = state.charges().rev().take(limit);
        let mut charges: Vec<_> =
            latest.map(|charge| (ChargeSummary::of(&state, charge), Vec::new())).collect();
        let places: HashMap<ChargeId, usize> =
            charges.iter().enumerate().map(|(place, (charge, _))| (charge.id.clone(), place)).collect();
        let oldest = charges.last().map(|(charge, _)| charge.id.clone());
        for event in state.events().rev() {
            if let Some((_, events)) = places.get(event.charge()).and_then(|place| charges.get_mut(*place)) {
                events.push(EventSummary::of(event));
            }
            // Earlier events are about earlier charges.
            if event.key == "charge.create" && oldest.as_ref() == Some(event.charge()) {
                break;
            }
        }
        Activity { charge_count: state.charges().len(), event_count: state.events().len(), charges }
    }
}

impl ChargeSummary {
    fn of(state: &State, charge: &Charge) -> Self {
        let money = |amount| Money::new(amount, charge.currency);
        let (failure_code, ended_at) = match &charge.ending {
            Some(Ending::Paid { at, .. } | Ending::Expired { at }) => (None, Some(*at)),
            Some(Ending::Failed { code, at }) => (Some(code.clone()), Some(*at)),
            None => (None, None),
        };
        Self {
            id: charge.id.clone(),
            source: charge.source.clone(),
            payment: charge.payment.clone(),
            amount: money(charge.amount),
            refunded: money(charge.refunded()),
            description: charge.description.clone(),
            status: charge.status(),
            created_at: charge.created_at,
            expires_at: charge.expires_at,
            approval: charge.approval,
            ended_at,
            failure_code,
            return_uri: charge.return_uri.clone(),
            platform_type: state.source(&charge.source).and_then(|source| source.platform_type.clone()),
            summary_uri: charge.summary_uri(),
        }
    }
}

impl EventSummary {
    fn of(event: &Event) -> Self {
        Self {
            id: event.id.clone(),
            key: event.key,
            created_at: event.created_at,
            attempts: event.deliveries.iter().map(WebhookAttempt::of).collect(),
        }
    }
}

impl WebhookAttempt {
    fn of(delivery: &Delivery) -> Self {
        let outcome = match (delivery.status, &delivery.error) {
            (Some(status), _) => Ok(status),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => Err("not answered".to_owned()),
        };
        Self { posted_at: delivery.created_at, uri: delivery.uri.clone(), outcome }
    }
}
