//! Request metadata, which always contains the object's reference.

use std::fmt;

#[cfg(feature = "server")]
use serde_json::Value;

use super::field::Single;
#[cfg(feature = "server")]
use super::field::text;
#[cfg(feature = "server")]
use crate::decode::FromText;
use crate::metadata::Metadata;
use crate::params::{Param, Params};
use crate::reference::{AttemptReference, Reference};
use crate::store_id::StoreId;

/// Members that begin so are this library's.
const RESERVED: &str = "kakaopay_";

/// The `metadata` of a request: the reference by which the object is found again if the response is
/// lost, the store that the reference belongs to, and the merchant's own members.
///
/// The API has no idempotency key, so every created object carries a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestMetadata<R> {
    /// The reference; sent as the member [`AttemptReference::METADATA_KEY`].
    pub reference: R,
    /// The store; sent as the member [`StoreId::METADATA_KEY`].
    pub store: Option<StoreId>,
    extra: Metadata,
}

/// The `metadata` of a charge, with its attempt reference.
pub type ChargeMetadata = RequestMetadata<AttemptReference>;
/// The `metadata` of a refund, with its reference.
pub type RefundMetadata = RequestMetadata<Reference>;

impl<R> RequestMetadata<R> {
    /// Creates metadata with the reference alone.
    #[must_use]
    pub fn new(reference: R) -> Self {
        Self { reference, store: None, extra: Metadata::default() }
    }

    /// Sets the store that the reference belongs to.
    #[must_use]
    pub fn store(self, store: StoreId) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Replaces the merchant's own members.
    ///
    /// # Errors
    /// [`ReservedMember`] if the name of one begins with `kakaopay_`: choose another name.
    pub fn with_extra(self, extra: Metadata) -> Result<Self, ReservedMember> {
        ReservedMember::check(&extra)?;
        Ok(Self { extra, ..self })
    }

    /// Returns the merchant's own members.
    #[must_use]
    pub fn extra(&self) -> &Metadata {
        &self.extra
    }
}

/// A merchant's member of metadata has a name that this library uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReservedMember {
    /// The name.
    pub name: Box<str>,
}

impl ReservedMember {
    /// Checks that no member has such a name.
    ///
    /// # Errors
    /// The first that has.
    pub fn check(metadata: &Metadata) -> Result<(), Self> {
        let reserved = metadata.iter().map(|(name, _)| name).find(|name| name.starts_with(RESERVED));
        reserved.map_or(Ok(()), |name| Err(Self { name: name.into() }))
    }
}

impl fmt::Display for ReservedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "names of metadata that begin with {RESERVED} are reserved: rename {:?}", self.name)
    }
}

impl std::error::Error for ReservedMember {}

impl<R> From<R> for RequestMetadata<R> {
    fn from(reference: R) -> Self {
        Self::new(reference)
    }
}

/// A reference that is stored in metadata.
pub(crate) trait Name: ToString {
    /// Parses the reference.
    #[cfg(feature = "server")]
    fn read(text: &str) -> Option<Self>
    where
        Self: Sized;
}

impl Name for AttemptReference {
    #[cfg(feature = "server")]
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Name for Reference {
    #[cfg(feature = "server")]
    fn read(text: &str) -> Option<Self> {
        Self::from_text(text)
    }
}

impl<R: Name> Single for RequestMetadata<R> {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "an object with a kakaopay_reference";

    fn to_param(&self) -> Param {
        let mut params = Params::new().with(AttemptReference::METADATA_KEY, self.reference.to_string());
        if let Some(store) = &self.store {
            params = params.with(StoreId::METADATA_KEY, store.to_string());
        }
        self.extra.iter().fold(params, |params, (name, value)| params.with(name, Param::from(value))).into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        let Param::Map(params) = param else { return None };
        let reference = params.get(AttemptReference::METADATA_KEY).and_then(text).and_then(R::read)?;
        let store = match params.get(StoreId::METADATA_KEY) {
            Some(param) => Some(StoreId::from_text(text(param)?)?),
            None => None,
        };
        let own = params.iter().filter(|(name, _)| !name.starts_with(RESERVED));
        let extra = own.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Some(Self { reference, store, extra })
    }
}
