//! Decoding: the in-order reader first, serde as fallback.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::DecodeError;
use super::in_order::{InOrder, in_order};

/// A type that [`from_slice`] decodes.
///
/// Sealed, and implemented for all API objects. A custom endpoint uses one of them as its response:
/// [`Value`] accepts any JSON, and [`from_value`] converts it into any serde type.
pub trait Decode: DeserializeOwned + InOrder {}

impl<T: DeserializeOwned + InOrder> Decode for T {}

/// Decodes an API object from the body of a response or a webhook.
///
/// # Errors
/// [`DecodeError`] with the path of the first invalid member.
pub fn from_slice<T: Decode>(bytes: &[u8]) -> Result<T, DecodeError> {
    if let Some(object) = in_order(bytes) {
        return Ok(object);
    }
    // Tracking the path is slow, so it is done only after a failure.
    serde_json::from_slice(bytes).map_err(|error| locate::<T>(bytes, &error))
}

/// Decodes an API object from a JSON value.
///
/// # Errors
/// [`DecodeError`] with the path of the first invalid member.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(value).map_err(|error| DecodeError::at(error.path(), error.inner()))
}

fn locate<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> DecodeError {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(located) => DecodeError::at(located.path(), located.inner()),
        // The object itself is valid; the text after it is not.
        Ok(_) => DecodeError::of_the_whole(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reason;
    use super::*;
    use crate::capability::{AccountLimits, PaymentMethod};

    #[track_caller]
    fn check<T: Decode + std::fmt::Debug>(json: &str, path: &str, reason: Reason) {
        let error = from_slice::<T>(json.as_bytes()).unwrap_err();
        assert_eq!((error.path(), error.reason()), (path, reason));
        assert!(!error.to_string().contains("canary"), "{error}");
    }

    fn method(members: &str) -> String {
        format!(r#"{{"object":"payment_method",{members}}}"#)
    }

    #[test]
    fn error_names_the_path_and_never_the_value() {
        let currencies = method(r#""name":"kakaopay","currencies":["SGD","canary"]"#);
        check::<PaymentMethod>(&currencies, "currencies[1]", Reason::Unexpected);
        check::<PaymentMethod>(&method(r#""name":["canary"],"currencies":[]"#), "name", Reason::Unexpected);
        check::<PaymentMethod>(&method(r#""name":"canary""#), "currencies", Reason::Missing);
        check::<PaymentMethod>(&method(r#""name":"canary","name":"b""#), "name", Reason::Duplicate);
        check::<PaymentMethod>(r#"{"object":"canary"}"#, "object", Reason::Unexpected);
        check::<PaymentMethod>(r#"["payment_method","canary",[]]"#, ".", Reason::Unexpected);
        let fraction = r#"{"charge_amount":{"max":1.5}}"#;
        check::<AccountLimits>(fraction, "charge_amount.max", Reason::Unexpected);
    }

    #[test]
    fn f45_unusual_member_names_are_not_repeated() {
        for name in ["canary@shop.example", "canary\\nINFO paid", "canary.id", "ชื่อ"] {
            let json = format!(r#"{{"object":"charge","metadata":{{"{name}":tru}}}}"#);
            check::<crate::Charge>(&json, "metadata.?", Reason::NotJson);
        }
        check::<crate::Charge>(
            r#"{"object":"charge","metadata":{"gift":tru}}"#,
            "metadata.gift",
            Reason::NotJson,
        );
    }

    #[test]
    fn invalid_json_is_reported() {
        check::<AccountLimits>("{} canary", ".", Reason::NotJson);
        check::<AccountLimits>("<html>canary</html>", ".", Reason::NotJson);
        check::<AccountLimits>("", ".", Reason::Truncated);
        check::<AccountLimits>(r#"{"charge_amount":{"max":1,"#, "charge_amount.?", Reason::Truncated);
    }
}
