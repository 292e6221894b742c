//! Objects in the shape of each API version.

use serde::Serialize;
use serde_json::Value;

use crate::json;
use crate::version::ApiVersion;

/// An object with a shape for each API version. The implementing type is the current shape.
pub(crate) trait Shape: Serialize + Sized {
    /// The shape of version 2017-11-02.
    type Old<'a>: Serialize
    where
        Self: 'a;

    /// Converts the object to the shape of version 2017-11-02.
    fn old(&self) -> Self::Old<'_>;

    /// Serializes the object in the shape of a version.
    fn print(&self, version: ApiVersion) -> Vec<u8> {
        match version {
            ApiVersion::V2017_11_02 => json::print(&self.old()),
            _ => json::print(self),
        }
    }

    /// Converts the object to a JSON value in the shape of a version.
    fn tree(&self, version: ApiVersion) -> Value {
        let tree = match version {
            ApiVersion::V2017_11_02 => serde_json::to_value(self.old()),
            _ => serde_json::to_value(self),
        };
        // Objects with text keys always serialize.
        debug_assert!(tree.is_ok());
        tree.unwrap_or_default()
    }
}

/// Implements [`Shape`] for objects that are the same in each version.
macro_rules! same_in_each_version {
    ($($object:ty),* $(,)?) => {$(
        impl $crate::object::Shape for $object {
            type Old<'a>
                = &'a Self
            where
                Self: 'a;

            fn old(&self) -> &Self {
                self
            }
        }
    )*};
}

pub(super) use same_in_each_version;
