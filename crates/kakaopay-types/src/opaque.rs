//! A private member that is kept unchanged.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::decode::{InOrder, Reader};

/// A member that is written back unchanged and cannot be read from outside, because its value is misleading.
///
/// Any JSON is valid. It is nearly always a boolean, which needs no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Opaque {
    truth: Option<bool>,
    other: Option<Box<Value>>,
}

impl Opaque {
    /// Whether it was absent or `null`.
    pub(crate) fn is_none(&self) -> bool {
        self.truth.is_none() && self.other.is_none()
    }

    /// Whether it was `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.truth == Some(true)
    }
}

impl From<Value> for Opaque {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::default(),
            Value::Bool(truth) => Self { truth: Some(truth), other: None },
            other => Self { truth: None, other: Some(Box::new(other)) },
        }
    }
}

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.other {
            Some(value) => value.serialize(serializer),
            None => self.truth.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Opaque {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl InOrder for Opaque {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.truth() {
            Some(truth) => Some(Self { truth: Some(truth), other: None }),
            None if reader.null() => Some(Self::default()),
            None => Value::in_order(reader).map(Self::from),
        }
    }

    #[inline]
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
