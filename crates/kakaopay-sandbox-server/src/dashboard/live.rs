//! What has happened, as the overview shows it.

use std::collections::HashMap;

use askama::Template;
use kakaopay_types::Money;

use super::exchange::Exchange;
use crate::page::Moment;
use crate::world::{Charge, Delivery, Event, World};

/// How many charges are shown, the latest first.
const CHARGES: usize = 32;

/// The part of the overview that changes with what happens.
#[derive(Template)]
#[template(path = "live.html")]
pub(super) struct Live {
    now: Moment,
    /// How many there are of each in all.
    counts: (usize, usize),
    charges: Vec<ChargeRow>,
    /// The calls that belong to none of the charges.
    others: Vec<Exchange>,
}

/// A charge with all that belongs to it.
struct ChargeRow {
    id: String,
    status: &'static str,
    amount: String,
    refunded: Option<String>,
    description: Option<String>,
    created_at: Moment,
    /// Where its buyer pays.
    page: String,
    events: Vec<EventRow>,
    exchanges: Vec<Exchange>,
}

/// An event and what became of its posts.
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
    /// Each call is given with the charge or source that it is about, which takes longer to find out than may
    /// be while the world is held.
    pub(super) fn of(world: &World, calls: Vec<(Option<String>, Exchange)>, now: Moment) -> Self {
        let mut charges: Vec<_> = world.charges().rev().take(CHARGES).map(ChargeRow::of).collect();
        let places: HashMap<String, usize> = world
            .charges()
            .rev()
            .take(CHARGES)
            .enumerate()
            .flat_map(|(place, charge)| [(charge.id.to_string(), place), (charge.source.to_string(), place)])
            .collect();
        let first = charges.last().map(|row| row.id.clone());
        for event in world.events().rev() {
            let charge = event.charge().as_str();
            if let Some(row) = places.get(charge).and_then(|place| charges.get_mut(*place)) {
                row.events.push(EventRow::of(event));
            }
            // What was before the first of them is not about them.
            if event.key == "charge.create" && first.as_deref() == Some(charge) {
                break;
            }
        }
        let mut others = Vec::new();
        for (subject, call) in calls {
            let place = subject.and_then(|subject| places.get(&subject));
            match place.and_then(|place| charges.get_mut(*place)) {
                Some(row) => row.exchanges.push(call),
                None => others.push(call),
            }
        }
        let counts = (world.charges().len(), world.events().len());
        Self { now, counts, charges, others }
    }
}

impl ChargeRow {
    fn of(charge: &Charge) -> Self {
        let money = |amount| Money::new(amount, charge.currency).to_string();
        Self {
            id: charge.id.to_string(),
            status: charge.status(),
            amount: money(charge.amount),
            refunded: Some(charge.refunded()).filter(|amount| *amount > 0).map(money),
            description: charge.description.clone(),
            created_at: Moment(charge.created_at),
            page: format!("/payments/{}/authorize", charge.payment),
            events: Vec::new(),
            exchanges: Vec::new(),
        }
    }
}

impl EventRow {
    fn of(event: &Event) -> Self {
        Self {
            id: event.id.to_string(),
            key: event.key,
            at: Moment(event.created_at),
            deliveries: event.deliveries.iter().map(DeliveryRow::of).collect(),
        }
    }
}

impl DeliveryRow {
    fn of(delivery: &Delivery) -> Self {
        let outcome = match (&delivery.status, &delivery.error) {
            (Some(status), _) => format!("answered {status}"),
            (None, Some(error)) => error.clone(),
            (None, None) => "not answered".to_owned(),
        };
        Self {
            at: Moment(delivery.created_at),
            uri: delivery.uri.clone(),
            outcome,
            arrived: matches!(delivery.status, Some(200..=299)),
        }
    }
}
