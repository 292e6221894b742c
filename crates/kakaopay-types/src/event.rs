//! The webhook event: a reason to read the charge, not a proof.

use serde_json::Value;

use crate::charge::Charge;
use crate::decode::{self, DecodeError};
use crate::delivery::WebhookDelivery;
use crate::id::{ChargeId, EventId};
use crate::list::Elements;
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;
use crate::reference::AttemptReference;
use crate::refund::Refund;
use crate::store_id::StoreId;
use crate::timestamp::Timestamp;

open_enum! {
    /// The `key` of an event: its kind. Failed charges have no key of their own: `charge.complete` is sent
    /// for success and failure alike.
    EventKey {
        /// A charge was created.
        ChargeCreate = "charge.create",
        /// A charge was paid or failed.
        ChargeComplete = "charge.complete",
        /// A charge's description or metadata changed.
        ChargeUpdate = "charge.update",
        /// A card charge was captured.
        ChargeCapture = "charge.capture",
        /// A charge expired. Whether KakaoPay charges send it is unconfirmed.
        ChargeExpire = "charge.expire",
        /// A card authorisation was reversed.
        ChargeReverse = "charge.reverse",
        /// A refund was created.
        RefundCreate = "refund.create",
    }
}

object_tag! {
    /// The `object` member of an event: always `event`.
    EventObject = "event";
}

object! {
    /// An event, as posted to a webhook endpoint or read from `/events`.
    ///
    /// Its API version is the account's, regardless of the request's version.
    Event {
        /// Always `event`.
        pub object: EventObject,
        /// Identifies the event. Redeliveries of the same event carry the same id.
        pub id: EventId,
        /// Whether real money moves; absent in old recordings, where the id indicates the mode.
        pub livemode: Option<bool>,
        /// Path of the event on the API's host.
        pub location: Option<Box<str>>,
        /// The delivery attempts, when read from the API; empty or absent in a webhook.
        pub webhook_deliveries: Option<Elements<WebhookDelivery>>,
        data: Value,
        /// Kind of the event.
        pub key: EventKey,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// The party that caused it.
        pub actor_uid: Option<Box<str>> [unless is_none],
        /// The user who caused it.
        pub user_uid: Option<Box<str>> [unless is_none],
        /// The account it concerns.
        pub team_uid: Option<Box<str>> [unless is_none],
    }
}

/// The object of an event, as of the time of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventData {
    /// A charge.
    Charge(Box<Charge>),
    /// A refund.
    Refund(Box<Refund>),
    /// An object of a kind that this crate does not model, such as a dispute.
    Other(Value),
}

impl Event {
    /// Decodes the event's object. It does not prove anything: the copy is as old as the event, and
    /// anyone may have posted it. Read the charge to learn its current status.
    ///
    /// # Errors
    /// [`DecodeError`] if the object is tagged as a charge or a refund and is invalid.
    pub fn data(&self) -> Result<EventData, DecodeError> {
        let data = self.data.clone();
        match data.get("object").and_then(Value::as_str) {
            Some("charge") => decode::from_value(data).map(Box::new).map(EventData::Charge),
            Some("refund") => decode::from_value(data).map(Box::new).map(EventData::Refund),
            _ => Ok(EventData::Other(data)),
        }
    }

    /// Returns the id of its charge: the charge itself, or the charge of a refund.
    #[must_use]
    pub fn charge_id(&self) -> Option<ChargeId> {
        let member = match self.data.get("object")?.as_str()? {
            "charge" => "id",
            "refund" => "charge",
            _ => return None,
        };
        ChargeId::parse(self.data.get(member)?.as_str()?).ok()
    }

    /// Returns the attempt reference in its charge's `metadata`.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptReference> {
        if self.data.get("object")?.as_str()? != "charge" {
            return None;
        }
        let text = self.data.get("metadata")?.get(AttemptReference::METADATA_KEY)?.as_str()?;
        AttemptReference::parse(text).ok()
    }

    /// Returns the store in its charge's `metadata`.
    #[must_use]
    pub fn store(&self) -> Option<StoreId> {
        if self.data.get("object")?.as_str()? != "charge" {
            return None;
        }
        StoreId::parse(self.data.get("metadata")?.get(StoreId::METADATA_KEY)?.as_str()?).ok()
    }

    /// Returns the creation time: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
