//! The parameters of a request, and their two encodings.

mod form;
mod json;
#[cfg(feature = "server")]
mod read;
mod value;

#[cfg(feature = "server")]
pub use read::InvalidParams;
pub use value::{Param, Params};
