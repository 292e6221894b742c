//! An event and its deliveries, as the sandbox keeps them.

use kakaopay_types::{ChargeId, EventId, Timestamp};
use serde_json::Value;

use crate::version::ApiVersion;

/// An event, as the sandbox keeps it. Its `data` is what the charge or the refund was like when it happened.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) key: &'static str,
    pub(crate) charge: ChargeId,
    /// The version it is written in, for ever: the account's own when it happened.
    pub(crate) version: ApiVersion,
    pub(crate) data: Value,
    pub(crate) created_at: Timestamp,
    pub(crate) deliveries: Vec<Delivery>,
}

/// An attempt to post an event.
#[derive(Debug, Clone)]
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
