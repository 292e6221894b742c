//! An event and its deliveries, as the sandbox keeps them.

use kakaopay_types::{ChargeId, EventId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::version::ApiVersion;

/// What kind of thing happened, as it stands in the event.
pub(crate) type EventKey = &'static str;

/// An event, as the sandbox keeps it. Its `data` is what the charge or the refund was like when it happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    #[serde(deserialize_with = "known_key")]
    pub(crate) key: EventKey,
    pub(crate) charge: ChargeId,
    /// The version it is written in, for ever: the account's own when it happened.
    pub(crate) version: ApiVersion,
    pub(crate) data: Value,
    pub(crate) created_at: Timestamp,
    pub(crate) deliveries: Vec<Delivery>,
}

/// An attempt to post an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) uri: String,
    /// What the endpoint answered.
    pub(crate) status: Option<u16>,
    /// Why it did not answer.
    pub(crate) error: Option<String>,
    /// What was posted.
    pub(crate) payload: String,
    pub(crate) created_at: Timestamp,
}

fn known_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventKey, D::Error> {
    let text = String::deserialize(deserializer)?;
    let known = KEYS.into_iter().find(|key| *key == text);
    known.ok_or_else(|| serde::de::Error::custom("not an event that happens here"))
}

/// The events that happen here.
pub(crate) const KEYS: [EventKey; 5] =
    ["charge.create", "charge.update", "charge.complete", "charge.expire", "refund.create"];
