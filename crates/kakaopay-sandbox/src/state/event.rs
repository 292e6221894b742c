//! Stored state of an event and its deliveries.

use std::sync::Arc;

use kakaopay_types::{ChargeId, EventId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

use super::records::Named;
use super::{Charge, Refund};
use crate::version::ApiVersion;

/// The event's type as text, such as `charge.complete`.
pub(crate) type EventKey = &'static str;

/// A stored event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    #[serde(deserialize_with = "known_key")]
    pub(crate) key: EventKey,
    /// Version of its object: that of the account at the time of the event.
    pub(crate) version: ApiVersion,
    pub(crate) data: EventData,
    pub(crate) created_at: Timestamp,
    pub(crate) deliveries: Vec<Delivery>,
}

impl Event {
    /// Returns the charge of the event.
    pub(crate) fn charge(&self) -> &ChargeId {
        match &self.data {
            EventData::Charge(charge) => &charge.id,
            EventData::Refund(refund) => &refund.charge,
        }
    }
}

impl Named for Event {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}

/// The event's object at the time of the event. The API serializes it for each request: serialized copies would
/// take most of the sandbox's memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventData {
    /// Shared with the current charge until that changes.
    Charge(Arc<Charge>),
    Refund(Box<Refund>),
}

/// A delivery attempt of an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) uri: String,
    /// HTTP status of the response.
    pub(crate) status: Option<u16>,
    /// Reason why no response was received.
    pub(crate) error: Option<String>,
    pub(crate) created_at: Timestamp,
}

fn known_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventKey, D::Error> {
    let text = String::deserialize(deserializer)?;
    let known = EVENT_KEYS.into_iter().find(|key| *key == text);
    known.ok_or_else(|| serde::de::Error::custom("not an event that happens here"))
}

/// The keys of all events in a sandbox.
pub const EVENT_KEYS: [&str; 5] =
    ["charge.create", "charge.update", "charge.complete", "charge.expire", "refund.create"];
