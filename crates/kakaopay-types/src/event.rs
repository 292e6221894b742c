//! An event: the service's word that something happened, which is a reason to look and no proof.

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
        /// A charge expired. Whether KakaoPay charges send it is unconfirmed.
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

object! {
    /// An event, as it is posted to a webhook endpoint or read from `/events`.
    ///
    /// It is written in the account's own API version, whatever version a request asks for.
    Event {
        /// Always `event`.
        pub object: EventObject,
        /// Identifies the event: the same event delivered twice has it twice.
        pub id: EventId,
        /// Whether real money is concerned; absent in old recordings, where the id tells.
        pub livemode: Option<bool>,
        /// Path of the event on the API's host.
        pub location: Option<Box<str>>,
        /// The tries to post it, when it is read from the API; empty or absent when it is posted.
        pub webhook_deliveries: Option<Elements<WebhookDelivery>>,
        data: Value,
        /// What happened.
        pub key: EventKey,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// Who caused it.
        pub actor_uid: Option<Box<str>> [unless is_none],
        /// The user who caused it.
        pub user_uid: Option<Box<str>> [unless is_none],
        /// The account it happened to.
        pub team_uid: Option<Box<str>> [unless is_none],
    }
}

/// The object an event speaks of, as it was when the event happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventData {
    /// A charge.
    Charge(Box<Charge>),
    /// A refund.
    Refund(Box<Refund>),
    /// An object of a kind that is not modelled here, such as a dispute.
    Other(Value),
}

impl Event {
    /// The object it speaks of. Good to show, and proof of nothing: it is a copy as old as the
    /// event, and anybody may have posted it. Read the charge to learn what became of it.
    ///
    /// # Errors
    /// [`DecodeError`] when it calls itself a charge or a refund and is none.
    pub fn data(&self) -> Result<EventData, DecodeError> {
        let data = self.data.clone();
        match data.get("object").and_then(Value::as_str) {
            Some("charge") => decode::from_value(data).map(Box::new).map(EventData::Charge),
            Some("refund") => decode::from_value(data).map(Box::new).map(EventData::Refund),
            _ => Ok(EventData::Other(data)),
        }
    }

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

    /// When it happened: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
