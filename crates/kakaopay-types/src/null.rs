//! Members that may be `null` where they are never missed.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default, as an absent member is read.
///
/// Some members have a value in every recording and nothing says that they always will; a charge
/// must not become unreadable by one that nobody uses.
pub(crate) fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
