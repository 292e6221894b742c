//! The fast half of decoding: members in the service's order, no escapes, no fractions.

use super::reader::Reader;

/// A type the in-order reader decodes. It seals [`Decode`](super::Decode): other crates cannot name
/// it.
#[allow(unnameable_types, reason = "seals `Decode`")]
pub trait InOrder: Sized {
    /// Reads the next value if it has the service's form.
    ///
    /// `None` means that serde must decide, not that the value is invalid. A returned value must equal
    /// serde's.
    fn in_order(reader: &mut Reader<'_>) -> Option<Self>;

    /// Returns the value of an absent member; `None` if the member is required.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

/// Reads a whole object in order. Returns `None` at any deviation; serde must then decide.
pub(super) fn in_order<T: InOrder>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes)?;
    let object = T::in_order(&mut reader)?;
    reader.finish()?;
    Some(object)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Account, ApiError, Capability, Charge, Decode, Event, List, Raw, Refund, SearchResult, Source,
    };

    /// Members are written in the service's order, so each serialized object is read in order and equals
    /// serde's.
    #[track_caller]
    fn check<T: Decode + Serialize + PartialEq + Debug>(json: &Value) {
        let object: T = serde_json::from_value(json.clone()).unwrap();
        for text in [serde_json::to_string(&object).unwrap(), serde_json::to_string_pretty(&object).unwrap()]
        {
            let general: T = serde_json::from_str(&text).unwrap();
            assert_eq!(in_order::<T>(text.as_bytes()), Some(general), "{text}");
        }
    }

    fn refund() -> Value {
        json!({
            "object": "refund", "id": "rfnd_test_1", "amount": 500, "currency": "SGD",
            "charge": "chrg_test_1", "created_at": "2023-06-15T02:25:15Z", "metadata": {"note": "late"},
        })
    }

    fn source() -> Value {
        json!({
            "object": "source", "id": "src_test_1", "type": "kakaopay", "flow": "redirect",
            "amount": 1000, "currency": "SGD", "charge_status": "unknown",
            "created_at": "2023-06-15T02:25:15Z",
        })
    }

    fn charge() -> Value {
        let refunds = json!({"object": "list", "data": [refund()], "limit": 20, "offset": 0, "total": 1});
        json!({
            "object": "charge", "id": "chrg_test_1", "amount": 1000, "currency": "SGD", "paid": true,
            "status": "successful", "source": source(), "refunds": refunds, "livemode": false,
            "metadata": {"kakaopay_reference": "order-1/1", "gift": [true, {"for": "mom"}]},
            "paid_at": "2023-06-15T02:30:00Z", "card": {"brand": "Visa"}, "captured_amount": 1000,
        })
    }

    fn event() -> Value {
        json!({
            "object": "event", "id": "evnt_test_1", "livemode": false, "webhook_deliveries": [],
            "data": charge(), "key": "charge.complete", "created_at": "2023-06-15T02:30:01Z",
        })
    }

    fn list(element: &Value) -> Value {
        json!({"object": "list", "data": [element, element], "limit": 20, "offset": 0, "total": 2})
    }

    #[test]
    fn every_serialized_object_is_read_in_order() {
        check::<Charge>(&charge());
        check::<Source>(&source());
        check::<Refund>(&refund());
        check::<Event>(&event());
        check::<List<Charge>>(&list(&charge()));
        check::<List<Refund>>(&list(&refund()));
        check::<List<Event>>(&list(&event()));
        check::<SearchResult<Charge>>(&json!({
            "object": "search", "data": [charge()], "scope": "charge", "query": "", "page": 1, "total": 1,
            "filters": {}, "order": "reverse_chronological", "per_page": 30, "total_pages": 1,
        }));
        check::<Capability>(&json!({
            "object": "capability", "country": "SG", "banks": [],
            "payment_methods": [{
                "object": "payment_method", "name": "kakaopay", "currencies": ["SGD", "THB"],
            }],
        }));
        check::<Account>(&json!({"object": "account", "id": "account_test_1", "currency": "SGD"}));
        check::<ApiError>(&json!({"object": "error", "code": "not_found", "message": "none"}));
    }

    /// A webhook's body has no deliveries, and its empty arrays span three lines.
    #[test]
    fn posted_event_is_read_in_order() {
        let event: Event = serde_json::from_value(event()).unwrap();
        let posted = serde_json::to_string_pretty(&event).unwrap().replace("[]", "[\n\n  ]");
        assert_eq!(in_order(posted.as_bytes()), Some(event));
    }

    #[test]
    fn deviations_fall_back_on_serde() {
        let refund: Refund = serde_json::from_value(refund()).unwrap();
        let text = serde_json::to_string(&refund).unwrap();
        for (from, to) in [
            (r#""rfnd_test_1""#, r#""rfnd_test_\u0031""#),
            (r#""amount":500"#, r#""amount":500,"tomorrow":1"#),
            (r#""note":"late""#, r#""note":"l\u0061te""#),
        ] {
            let surprise = text.replace(from, to);
            assert_ne!(surprise, text);
            assert_eq!(in_order::<Refund>(surprise.as_bytes()), None, "{surprise}");
            assert_eq!(crate::decode::from_slice(surprise.as_bytes()), Ok(refund.clone()));
        }
        assert_eq!(in_order::<Raw<Refund>>(text.as_bytes()), None);
        assert_eq!(in_order::<Refund>(format!("{text} x").as_bytes()), None);
    }
}
