//! Why an order is not accepted.

use kakaopay_types::endpoint::ReservedMember;
use thiserror::Error;

/// The reason why an order is not accepted. Nothing was stored and nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidOrder {
    /// The description is too long.
    #[error("the description has {length} characters, and the most are {max}: shorten it")]
    DescriptionTooLong {
        /// Its length, in characters.
        length: usize,
        /// The most characters.
        max: usize,
    },
    /// The metadata is too large.
    #[error(
        "the metadata has {size} bytes as JSON, and the most are {max}: keep the data in your own database, and its \
         number here"
    )]
    MetadataTooLarge {
        /// Its size as JSON, in bytes.
        size: usize,
        /// The most bytes.
        max: usize,
    },
    /// A member of the metadata has a name of this library.
    #[error(transparent)]
    ReservedMember(#[from] ReservedMember),
}
