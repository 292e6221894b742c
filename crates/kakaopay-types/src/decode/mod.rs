//! Reading an object from JSON, with errors that name the place and never the value.
//!
//! [`from_slice`] first reads the bytes in the order in which the service writes members. At the first
//! surprise it reads them again with serde, which alone decides whether they are an error. Where the
//! first read returns an object, serde returns the same.

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
