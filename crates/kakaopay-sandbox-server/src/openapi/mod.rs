//! `/openapi.json`: every call, from the tables that answer them.
//!
//! A row of a table says how a call is made, an entry of `operations` what it is for, and `schema` what it takes and
//! answers. There is a document for each version of the API: that of the one that is asked for, as for any call.

mod document;
mod operation;
mod operations;
mod parameter;
mod refusal;
mod schema;

pub(crate) use document::response;
