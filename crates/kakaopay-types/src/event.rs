//! An event: the service's word that something happened, which is a reason to look and no proof.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{ChargeId, EventId};
use crate::null::null_as_default;
use crate::object::object_tag;
use crate::open_enum::open_enum;
use crate::reference::AttemptReference;
use crate::timestamp::Timestamp;

open_enum! {
    /// The `key` of an event: what happened. There is no key of its own for a failed charge:
    /// `charge.complete` is sent for success and failure alike.
    EventKey {
        /// A charge was created.
        ChargeCreate = "charge.create",
        /// A charge was paid or failed.
        ChargeComplete = "charge.complete",
        /// A charge's description or metadata changed.
        ChargeUpdate = "charge.update",
        /// A card charge was captured.
        ChargeCapture = "charge.capture",
        /// A charge expired.
        ChargeExpire = "charge.expire",
        /// A card authorisation was given back.
        ChargeReverse = "charge.reverse",
        /// A refund was created.
        RefundCreate = "refund.create",
    }
}

object_tag! {
    /// The `object` member of an event: always `event`.
    EventObject = "event";
}

/// An event, as it is posted to a webhook endpoint or read from `/events`.
///
/// Its `data` is written in the account's own API version and may be older than the truth, so only
/// what points to the charge is offered; read the charge to learn what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Always `event`.
    pub object: EventObject,
    /// Identifies the event: the same event delivered twice has it twice.
    pub id: EventId,
    /// Whether real money is concerned; absent in old recordings, where the id tells.
    #[serde(default)]
    pub livemode: Option<bool>,
    /// Path of the event on the API's host.
    #[serde(default)]
    pub location: Option<String>,
    /// What happened.
    pub key: EventKey,
    /// When it happened.
    #[serde(default, alias = "created")]
    pub created_at: Option<Timestamp>,
    data: Value,
    #[serde(default, deserialize_with = "null_as_default")]
    webhook_deliveries: Vec<Value>,
}

impl Event {
    /// The charge it speaks of: the charge itself, or the one a refund belongs to.
    #[must_use]
    pub fn charge_id(&self) -> Option<ChargeId> {
        let member = match self.data.get("object")?.as_str()? {
            "charge" => "id",
            "refund" => "charge",
            _ => return None,
        };
        ChargeId::parse(self.data.get(member)?.as_str()?).ok()
    }

    /// The attempt that its charge names in `metadata`.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptReference> {
        if self.data.get("object")?.as_str()? != "charge" {
            return None;
        }
        let text = self.data.get("metadata")?.get(AttemptReference::METADATA_KEY)?.as_str()?;
        AttemptReference::parse(text).ok()
    }
}
