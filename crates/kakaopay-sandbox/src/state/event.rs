//! An event and its deliveries, as the sandbox keeps them.

use std::sync::Arc;

use kakaopay_types::{ChargeId, EventId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

use super::records::Named;
use super::{Charge, Refund};
use crate::version::ApiVersion;

/// What kind of thing happened, as it stands in the event.
pub(crate) type EventKey = &'static str;

/// An event, as the sandbox keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    #[serde(deserialize_with = "known_key")]
    pub(crate) key: EventKey,
    /// The version it is written in, for ever: the account's own when it happened.
    pub(crate) version: ApiVersion,
    pub(crate) data: EventData,
    pub(crate) created_at: Timestamp,
    pub(crate) deliveries: Vec<Delivery>,
}

impl Event {
    /// The charge that it is about.
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

/// What it was that something happened to, as it was then. The API writes it anew each time: written out, it would
/// be most of what the sandbox remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventData {
    /// As long as nothing further happens to it, it is the charge itself.
    Charge(Arc<Charge>),
    Refund(Box<Refund>),
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
    pub(crate) created_at: Timestamp,
}

fn known_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventKey, D::Error> {
    let text = String::deserialize(deserializer)?;
    let known = EVENT_KEYS.into_iter().find(|key| *key == text);
    known.ok_or_else(|| serde::de::Error::custom("not an event that happens here"))
}

/// The keys of the events that happen in a sandbox.
pub const EVENT_KEYS: [&str; 5] =
    ["charge.create", "charge.update", "charge.complete", "charge.expire", "refund.create"];
