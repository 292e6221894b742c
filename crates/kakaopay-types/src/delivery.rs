//! A delivery: one try to post an event to a webhook endpoint.

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
    /// One try to post an event to a webhook endpoint, as it is listed in an event that is read.
    WebhookDelivery {
        /// Always `webhook_delivery`.
        pub object: DeliveryObject,
        /// Identifies the delivery (`whdl_…`).
        pub id: Option<Box<str>>,
        /// Where it was posted to.
        pub uri: Option<Box<str>>,
        /// The HTTP status it was answered with.
        pub status: Option<i64>,
        /// What happened: the event's key.
        pub key: Option<EventKey>,
        /// Why it could not be delivered.
        pub error: Option<Box<str>>,
        /// The very bytes that were posted.
        pub payload: Option<Box<str>>,
        /// When it was posted.
        pub created_at: Option<DeliveryTime>,
    }
}

/// The time of a delivery. It is the one time that the API does not write as RFC 3339 but as
/// `2025-03-20 09:24:24 UTC`; both are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct DeliveryTime(pub Timestamp);

impl DeliveryTime {
    /// Reads `YYYY-MM-DD HH:MM:SS UTC`, or an RFC 3339 datetime.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let own = text.strip_suffix(" UTC").and_then(|text| text.split_once(' '));
        match own {
            Some((date, time)) => Timestamp::parse(&format!("{date}T{time}Z")),
            None => Timestamp::parse(text),
        }
        .map(Self)
    }
}

/// The API's own form, in whole seconds.
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
    fn both_forms_are_read_and_its_own_is_written() {
        for text in ["2025-03-20 09:24:24 UTC", "2025-03-20T09:24:24Z", "2025-03-20T16:24:24+07:00"] {
            assert_eq!(DeliveryTime::parse(text).unwrap().to_string(), "2025-03-20 09:24:24 UTC", "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in
            ["", " UTC", "2025-03-20 UTC", "2025-03-20 09:24:24", "2025-03-20 09:24:24Z UTC", "x y UTC"]
        {
            assert_eq!(DeliveryTime::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }
}
