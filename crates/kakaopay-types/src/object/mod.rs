//! The API's JSON objects: how their kinds are told apart, and how their members are defined.

mod members;
mod tag;

pub(crate) use members::{object, wire_name};
pub(crate) use tag::object_tag;
