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
    /// Payment identifier, the last part of `authorize_uri`.
    pub payment: String,
    /// Amount in minor units with its currency.
    pub amount: Money,
    /// Refunded amount.
    pub refunded: Money,
    /// The merchant's description.
    pub description: Option<String>,
    /// `pending`, `successful`, `failed` or `expired`.
    pub status: &'static str,
    /// Creation time.
    pub created_at: Timestamp,
    /// Expiry: the buyer can pay until then.
    pub expires_at: Timestamp,
    /// Time at which a delayed approval takes effect.
    pub approval: Option<Timestamp>,
    /// Time at which the charge was paid, failed or expired.
    pub ended_at: Option<Timestamp>,
    /// Failure code, if the charge failed.
    pub failure_code: Option<FailureCode>,
    /// Page to which the buyer returns.
    pub return_uri: String,
    /// Platform that the merchant gave in the source.
    pub platform_type: Option<PlatformType>,
    /// Page in the buyer's wallet that the QR code opens.
    pub summary_uri: String,
}

/// An event with its delivery attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventSummary {
    /// The event.
    pub id: EventId,
    /// Event key, such as `charge.complete`.
    pub key: &'static str,
    /// Time of the event.
    pub created_at: Timestamp,
    /// Attempts in order.
    pub attempts: Vec<WebhookAttempt>,
}

/// An attempt to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// Time of the request.
    pub posted_at: Timestamp,
    /// Webhook endpoint.
    pub uri: String,
    /// HTTP status of the response, or the reason why no response was received.
    pub outcome: Result<u16, String>,
}

/// The latest charges, each with its events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activity {
    /// Number of charges in the sandbox.
    pub charge_count: usize,
    /// Number of events in the sandbox.
    pub event_count: usize,
    /// Charges with their events, newest first.
    pub charges: Vec<(ChargeSummary, Vec<EventSummary>)>,
}

impl Sandbox {
    /// Finds a charge by the payment identifier in its `authorize_uri`.
    #[must_use]
    pub fn charge_of_payment(&self, payment: &str) -> Option<ChargeSummary> {
        let (state, _) = self.state_now();
        state.charge_of_payment(payment).map(|charge| ChargeSummary::of(&state, charge))
    }

    /// Returns the latest `limit` charges with their events.
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
            // Earlier events belong to earlier charges.
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
            (None, None) => Err("no response".to_owned()),
        };
        Self { posted_at: delivery.created_at, uri: delivery.uri.clone(), outcome }
    }
}
