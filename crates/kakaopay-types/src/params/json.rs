//! Encoding of parameters as a JSON object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::value::{Param, Params};

impl Params {
    /// Encodes a compact JSON body, with members in insertion order.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Every name is text and every value has a JSON form, so this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Param {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Map(params) => params.serialize(serializer),
            Self::List(list) => serializer.collect_seq(list),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_types_are_preserved() {
        let params = Params::new()
            .with("currency", "SGD")
            .with("amount", 150_000_i64)
            .with("metadata", Params::new().with("b", true).with("a", "1"))
            .with("webhook_endpoints", vec![Param::Null]);
        assert_eq!(
            params.to_json(),
            r#"{"currency":"SGD","amount":150000,"metadata":{"b":true,"a":"1"},"webhook_endpoints":[null]}"#,
        );
    }
}
