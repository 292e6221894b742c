//! What the merchant attached to an object.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reference::AttemptReference;

/// The `metadata` of an object: any JSON members the merchant chose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The attempt this library wrote into it, if it did.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptReference> {
        let text = self.get(AttemptReference::METADATA_KEY)?.as_str()?;
        AttemptReference::parse(text).ok()
    }
}

impl FromIterator<(String, Value)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}
