//! A reference to another object, or the object itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::decode::{FromText, InOrder, Reader, TextVisitor};

/// A member that holds the id of another object, or the whole object if the request set `expand=true`.
///
/// Without type arguments it refers to an object that this crate does not model, such as a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "an id or an object are all there is")]
pub enum Expandable<I = Box<str>, O = Map<String, Value>> {
    /// The id alone.
    Id(I),
    /// The object itself.
    Object(Box<O>),
}

impl Expandable {
    /// Returns the id of the object; `None` if the expanded object has no id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Object(object) => object.get("id")?.as_str(),
        }
    }
}

impl<I: Serialize, O: Serialize> Serialize for Expandable<I, O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => id.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

struct Either<I, O>(PhantomData<(I, O)>);

impl<'de, I: FromText, O: Deserialize<'de>> Visitor<'de> for Either<I, O> {
    type Value = Expandable<I, O>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} or an object", I::EXPECTED)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        TextVisitor::new().visit_str(text).map(Expandable::Id)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        O::deserialize(MapAccessDeserializer::new(map)).map(Box::new).map(Expandable::Object)
    }
}

impl<'de, I: FromText, O: Deserialize<'de>> Deserialize<'de> for Expandable<I, O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either(PhantomData))
    }
}

impl<I: FromText, O: InOrder> InOrder for Expandable<I, O> {
    /// The fast reader leaves objects to serde: a charge may hold refunds that hold the charge.
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        I::from_text(reader.text()?).map(Self::Id)
    }
}
