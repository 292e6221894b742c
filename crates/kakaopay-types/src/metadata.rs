//! The merchant's metadata of an object.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::decode::{InOrder, Reader};
use crate::reference::AttemptReference;
use crate::store_id::StoreId;

/// The `metadata` of an object: any JSON members the merchant chose.
///
/// Old objects have no metadata; it is then empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// Returns the value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Iterates over all members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether it has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the attempt this library wrote into it, if any.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptReference> {
        let text = self.get(AttemptReference::METADATA_KEY)?.as_str()?;
        AttemptReference::parse(text).ok()
    }

    /// Returns the store whose payment wrote it, if any.
    #[must_use]
    pub fn store(&self) -> Option<StoreId> {
        StoreId::parse(self.get(StoreId::METADATA_KEY)?.as_str()?).ok()
    }
}

impl FromIterator<(String, Value)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // No recording has `null` here, but the documentation does not exclude it. It must not make a
        // charge unreadable.
        Option::deserialize(deserializer).map(|map| Self(map.unwrap_or_default()))
    }
}

impl InOrder for Metadata {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        Map::in_order(reader).map(Self)
    }

    #[inline]
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
