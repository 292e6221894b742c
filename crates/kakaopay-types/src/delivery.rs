//! A webhook delivery: one attempt to post an event to an endpoint.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::event::EventKey;
use crate::object::{object, object_tag};
use crate::parsed::parsed;
use crate::timestamp::{InvalidTimestamp, Timestamp};

object_tag! {
    /// The `object` member of a delivery: always `webhook_delivery`.
    DeliveryObject = "webhook_delivery";
}

object! {
    /// One attempt to post an event to a webhook endpoint, as listed in an event read from the API.
    WebhookDelivery {
        /// Always `webhook_delivery`.
        pub object: DeliveryObject,
        /// Identifies the delivery (`whdl_…`).
        pub id: Option<Box<str>>,
        /// URI it was posted to.
        pub uri: Option<Box<str>>,
        /// HTTP status of the endpoint's response.
        pub status: Option<i64>,
        /// The event's key.
        pub key: Option<EventKey>,
        /// The delivery error.
        pub error: Option<Box<str>>,
        /// The exact body that was posted.
        pub payload: Option<Box<str>>,
        /// Time it was posted.
        pub created_at: Option<DeliveryTime>,
    }
}

/// Time of a delivery. The API writes only this time as `2025-03-20 09:24:24 UTC` instead of RFC 3339;
/// both forms are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct DeliveryTime(pub Timestamp);

impl DeliveryTime {
    /// Parses `YYYY-MM-DD HH:MM:SS UTC`, or an RFC 3339 datetime.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] if the text has neither form.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let own = text.strip_suffix(" UTC").and_then(|text| text.split_once(' '));
        match own {
            Some((date, time)) => Timestamp::parse(&format!("{date}T{time}Z")),
            None => Timestamp::parse(text),
        }
        .map(Self)
    }
}

/// Formats in the API's own form, in whole seconds.
impl fmt::Display for DeliveryTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.truncate_to_seconds().to_string();
        f.write_str(&text.replace('T', " ").replace('Z', " UTC"))
    }
}

impl Serialize for DeliveryTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

parsed! {
    DeliveryTime: InvalidTimestamp, "a datetime such as 2025-03-20 09:24:24 UTC";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_parsed_and_the_apis_is_written() {
        for text in ["2025-03-20 09:24:24 UTC", "2025-03-20T09:24:24Z", "2025-03-20T16:24:24+07:00"] {
            assert_eq!(DeliveryTime::parse(text).unwrap().to_string(), "2025-03-20 09:24:24 UTC", "{text}");
        }
    }

    #[test]
    fn other_forms_are_rejected() {
        for text in
            ["", " UTC", "2025-03-20 UTC", "2025-03-20 09:24:24", "2025-03-20 09:24:24Z UTC", "x y UTC"]
        {
            assert_eq!(DeliveryTime::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }
}
