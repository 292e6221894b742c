//! Request metadata, which always contains the object's reference.

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

/// The `metadata` of a request: the reference by which the object is found again if the response is
/// lost, and the merchant's own members.
///
/// The API has no idempotency key, so every created object carries a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestMetadata<R> {
    /// The reference; sent as the member [`AttemptReference::METADATA_KEY`].
    pub reference: R,
    /// The merchant's own members. A member named like the reference's is not sent.
    pub extra: Metadata,
}

/// The `metadata` of a charge, with its attempt reference.
pub type ChargeMetadata = RequestMetadata<AttemptReference>;
/// The `metadata` of a refund, with its reference.
pub type RefundMetadata = RequestMetadata<Reference>;

impl<R> RequestMetadata<R> {
    /// Creates metadata with the reference alone.
    #[must_use]
    pub fn new(reference: R) -> Self {
        Self { reference, extra: Metadata::default() }
    }

    /// Replaces the merchant's own members.
    #[must_use]
    pub fn extra(self, extra: Metadata) -> Self {
        Self { extra, ..self }
    }
}

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
        let name = Params::new().with(AttemptReference::METADATA_KEY, self.reference.to_string());
        let own = self.extra.iter().filter(|(name, _)| *name != AttemptReference::METADATA_KEY);
        own.fold(name, |params, (name, value)| params.with(name, Param::from(value))).into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        let Param::Map(params) = param else { return None };
        let reference = params.get(AttemptReference::METADATA_KEY).and_then(text).and_then(R::read)?;
        let own = params.iter().filter(|(name, _)| *name != AttemptReference::METADATA_KEY);
        let extra = own.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Some(Self { reference, extra })
    }
}
