//! The event object and its deliveries.

use kakaopay_types::{EventId, Timestamp};
use serde::Serialize;

use super::{ChargeObject, RefundObject};
use crate::world::{Delivery, Event};

/// The event object.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EventObject {
    object: &'static str,
    id: EventId,
    livemode: bool,
    location: String,
    webhook_deliveries: Vec<DeliveryObject>,
    data: EventData,
    key: &'static str,
    created_at: Timestamp,
}

/// What an event is about, as it was when it happened.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum EventData {
    Charge(Box<ChargeObject>),
    Refund(Box<RefundObject>),
}

#[derive(Debug, Clone, Serialize)]
struct DeliveryObject {
    object: &'static str,
    id: String,
    uri: String,
    status: Option<u16>,
    key: &'static str,
    error: Option<String>,
    payload: String,
    created_at: String,
}

impl EventObject {
    /// An event as it is posted: without its deliveries.
    pub(crate) fn posted(event: &Event) -> Self {
        Self {
            object: "event",
            id: event.id.clone(),
            livemode: false,
            location: format!("/events/{}", event.id),
            webhook_deliveries: Vec::new(),
            data: event.data.clone(),
            key: event.key,
            created_at: event.created_at,
        }
    }

    /// An event as it is read: with its deliveries.
    pub(crate) fn read(event: &Event) -> Self {
        let webhook_deliveries =
            event.deliveries.iter().map(|delivery| DeliveryObject::of(delivery, event.key)).collect();
        Self { webhook_deliveries, ..Self::posted(event) }
    }
}

impl DeliveryObject {
    fn of(delivery: &Delivery, key: &'static str) -> Self {
        // The one time the API does not write in RFC 3339: `2023-06-15 02:25:15 UTC`.
        let created_at = delivery.created_at.truncate_to_seconds().to_string();
        let created_at = created_at.replace('T', " ").replace('Z', " UTC");
        Self {
            object: "webhook_delivery",
            id: delivery.id.clone(),
            uri: delivery.uri.clone(),
            status: delivery.status,
            key,
            error: delivery.error.clone(),
            payload: delivery.payload.clone(),
            created_at,
        }
    }
}
