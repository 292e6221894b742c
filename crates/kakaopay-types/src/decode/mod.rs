//! Reading an object from JSON, with errors that name the place and never the value.
//!
//! There are two ways. [`in_order`] takes bytes that stand just as the service writes them, and
//! gives up at the first surprise; [`from_slice`] tries it first and then reads in general, which
//! alone decides what is an error. Where the first reads anything, the second reads the same.

mod error;
mod general;
mod leaf;
mod reader;
mod text;

pub use error::{DecodeError, Reason};
pub use general::{Decode, from_slice, from_value, in_order};
pub use reader::Reader;

pub(crate) use text::{FromText, TextVisitor, reads_text};
