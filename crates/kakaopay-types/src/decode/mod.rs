//! JSON decoding, with errors that name the path and never the value.
//!
//! [`from_slice`] first parses the bytes in the service's exact field order and falls back on serde at
//! any deviation. Only serde reports errors. When the first pass returns an object, serde would return
//! the same.

pub(crate) mod error;
pub(crate) mod general;
mod in_order;
mod leaf;
mod reader;
mod text;

pub use error::Reason;
pub use general::{from_slice, from_value};

pub(crate) use error::DecodeError;
pub(crate) use general::Decode;
pub(crate) use in_order::InOrder;
pub(crate) use reader::Reader;
pub(crate) use text::{FromText, TextVisitor, reads_text};
