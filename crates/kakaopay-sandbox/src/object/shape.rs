//! An object that is written in the shape of each version of the API.

use serde::Serialize;
use serde_json::Value;

use crate::json;
use crate::version::ApiVersion;

/// An object that is written in the shape of each version of the API. The object itself is the
/// current shape.
pub(crate) trait Shape: Serialize + Sized {
    /// The shape of version 2017-11-02.
    type Old<'a>: Serialize
    where
        Self: 'a;

    /// The object in the shape of version 2017-11-02.
    fn old(&self) -> Self::Old<'_>;

    /// The bytes of a version.
    fn print(&self, version: ApiVersion) -> Vec<u8> {
        match version {
            ApiVersion::V2017_11_02 => json::print(&self.old()),
            _ => json::print(self),
        }
    }

    /// The tree of a version, to be kept as it is now.
    fn tree(&self, version: ApiVersion) -> Value {
        let tree = match version {
            ApiVersion::V2017_11_02 => serde_json::to_value(self.old()),
            _ => serde_json::to_value(self),
        };
        // The objects here have text keys.
        debug_assert!(tree.is_ok());
        tree.unwrap_or_default()
    }
}

/// What is the same in each version.
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
