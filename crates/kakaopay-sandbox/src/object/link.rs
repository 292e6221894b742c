//! References to other objects, which `expand` embeds.

use serde::{Serialize, Serializer};

/// A reference to another object: its id, or the object itself if `expand` requests it.
#[derive(Debug, Clone)]
pub(crate) struct Link<T> {
    id: String,
    object: Option<Box<T>>,
}

impl<T> Link<T> {
    /// Creates a reference with the id.
    pub(super) fn named(id: impl Into<String>) -> Self {
        Self { id: id.into(), object: None }
    }

    /// Embeds the object.
    pub(super) fn expand(&mut self, object: T) {
        self.object = Some(Box::new(object));
    }

    /// The id of the object.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl<T: Serialize> Serialize for Link<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.object {
            Some(object) => object.serialize(serializer),
            None => serializer.serialize_str(&self.id),
        }
    }
}
