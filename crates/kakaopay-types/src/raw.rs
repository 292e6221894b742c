//! An object together with all it came with.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::decode::{self, Decode, InOrder, Reader};

/// An object together with the JSON it was read from, so that what is not modelled here is not
/// lost.
///
/// It goes wherever the object goes: `decode::from_slice::<Raw<Charge>>`, `List<Raw<Charge>>`. It is
/// written as it came, whatever was done to the object since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw<T> {
    /// The object.
    pub object: T,
    json: Map<String, Value>,
}

impl<T> Raw<T> {
    /// Every member it came with.
    #[must_use]
    pub fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    /// A member that it came with, whether it is modelled here or not.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.json.get(name)
    }

    /// The members it came with that are not among `known`, such as
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

/// What it came with has an order of its own, so it is left to serde.
impl<T> InOrder for Raw<T> {
    fn in_order(_: &mut Reader<'_>) -> Option<Self> {
        None
    }
}
