//! `/openapi.json`: a description of every call, generated from the route tables.
//!
//! A route defines path and methods of a call, an entry of `operations` its purpose, and `schema` its request and
//! response bodies. There is one document for each API version, selected like the version of any call.

mod document;
mod operation;
mod operations;
mod parameter;
mod refusal;
mod schema;

pub(crate) use document::response;
