//! A member that names another object, or holds it when it was asked for with `expand`.

use serde::{Serialize, Serializer};

/// A member that names another object, or holds it when it was asked for with `expand`.
#[derive(Debug, Clone)]
pub(crate) struct Link<T> {
    id: String,
    object: Option<Box<T>>,
}

impl<T> Link<T> {
    /// The name alone.
    pub(super) fn named(id: impl Into<String>) -> Self {
        Self { id: id.into(), object: None }
    }

    /// The object itself.
    pub(super) fn expand(&mut self, object: T) {
        self.object = Some(Box::new(object));
    }

    /// The name.
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
