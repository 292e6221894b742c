//! Macros for the API's JSON objects: kind tags and members.

mod members;
mod tag;

pub(crate) use members::{json_name, object};
pub(crate) use tag::object_tag;
