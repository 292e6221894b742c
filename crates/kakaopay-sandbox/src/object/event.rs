//! The event object and its deliveries.

use kakaopay_types::{EventId, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::shape::same_in_each_version;
use super::{ChargeObject, RefundObject, Shape};
use crate::state::{Delivery, Event, EventData, State};
use crate::version::ApiVersion;

/// The event object, in the version that the account had at the time of the event.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum EventObject<'a> {
    V2017_11_02(Old<'a>),
    V2019_05_29(Current<'a>),
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Current<'a> {
    object: &'static str,
    id: &'a EventId,
    livemode: bool,
    location: String,
    webhook_deliveries: Vec<DeliveryObject<'a>>,
    data: Value,
    key: &'static str,
    created_at: Timestamp,
}

/// Event object of version 2017-11-02. As recorded, it has no deliveries.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Old<'a> {
    object: &'static str,
    id: &'a EventId,
    livemode: bool,
    location: String,
    key: &'static str,
    created: Timestamp,
    data: Value,
}

#[derive(Debug, Clone, Serialize)]
struct DeliveryObject<'a> {
    object: &'static str,
    id: &'a str,
    uri: &'a str,
    status: Option<u16>,
    key: &'static str,
    error: Option<&'a str>,
    payload: String,
    created_at: String,
}

impl<'a> EventObject<'a> {
    /// Builds the object that the API returns, with its deliveries.
    pub(crate) fn read(state: &State, event: &'a Event) -> Self {
        let mut read = Self::posted(state, event);
        // The posted payload is repeated unchanged.
        let payload = || String::from_utf8(crate::json::print(&read)).unwrap_or_default();
        let payload = if event.deliveries.is_empty() { String::new() } else { payload() };
        if let Self::V2019_05_29(current) = &mut read {
            let deliveries = event.deliveries.iter();
            current.webhook_deliveries =
                deliveries.map(|delivery| DeliveryObject::of(delivery, event.key, &payload)).collect();
        }
        read
    }

    /// Builds the object that webhooks contain, without deliveries.
    pub(crate) fn posted(state: &State, event: &'a Event) -> Self {
        let data = data_of(state, event);
        let location = format!("/events/{}", event.id);
        match event.version {
            ApiVersion::V2017_11_02 => Self::V2017_11_02(Old {
                object: "event",
                id: &event.id,
                livemode: false,
                location,
                key: event.key,
                created: event.created_at,
                data,
            }),
            _ => Self::V2019_05_29(Current {
                object: "event",
                id: &event.id,
                livemode: false,
                location,
                webhook_deliveries: Vec::new(),
                data,
                key: event.key,
                created_at: event.created_at,
            }),
        }
    }
}

/// Returns the event's object as it was at the time of the event, in the event's version.
fn data_of(state: &State, event: &Event) -> Value {
    match &event.data {
        EventData::Charge(charge) => match state.source(&charge.source) {
            Some(source) => ChargeObject::of(charge, source, event.created_at).tree(event.version),
            None => Value::Null,
        },
        EventData::Refund(refund) => RefundObject::of(refund).tree(event.version),
    }
}

// The version of the request is ignored.
same_in_each_version!(EventObject<'_>);

impl<'a> DeliveryObject<'a> {
    fn of(delivery: &'a Delivery, key: &'static str, payload: &str) -> Self {
        // The only time that the API does not format as RFC 3339: `2023-06-15 02:25:15 UTC`.
        let created_at = delivery.created_at.truncate_to_seconds().to_string();
        let created_at = created_at.replace('T', " ").replace('Z', " UTC");
        Self {
            object: "webhook_delivery",
            id: &delivery.id,
            uri: &delivery.uri,
            status: delivery.status,
            key,
            error: delivery.error.as_deref(),
            payload: payload.to_owned(),
            created_at,
        }
    }
}
