//! An object together with its JSON.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::decode::{self, Decode, InOrder, Reader};

/// An object together with the JSON it was read from, which keeps members that this crate does not
/// model.
///
/// Use it in place of the object: `decode::from_slice::<Raw<Charge>>`, `List<Raw<Charge>>`. It
/// serializes to its original JSON, even if the object was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw<T> {
    /// The object.
    pub object: T,
    json: Map<String, Value>,
}

impl<T> Raw<T> {
    /// Returns all members of the JSON.
    #[must_use]
    pub fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    /// Returns a member of the JSON, modelled or not.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.json.get(name)
    }

    /// Iterates over the members that are not among `known`, such as
    /// [`Charge::MEMBERS`](crate::Charge::MEMBERS).
    pub fn unknown(&self, known: &[&str]) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.json.iter().map(|(name, value)| (name.as_str(), value));
        members.filter(|(name, _)| !known.contains(name))
    }
}

impl<T> Serialize for Raw<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de, T: Decode> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Map::deserialize(deserializer)?;
        let object = decode::from_value(Value::Object(json.clone())).map_err(D::Error::custom)?;
        Ok(Self { object, json })
    }
}

/// The JSON has its own order, so serde reads it.
impl<T> InOrder for Raw<T> {
    fn in_order(_: &mut Reader<'_>) -> Option<Self> {
        None
    }
}
