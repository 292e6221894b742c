//! `/openapi.json`: every call, from the tables that answer them.
//!
//! A row of a table says how a call is made, an entry of `told` what it is for, and `schema` what it takes and
//! answers. There is a document for each version of the API: that of the one that is asked for, as for any call.

mod document;
mod kind;
mod operation;
mod parameter;
mod refusal;
mod schema;
mod told;

pub(crate) use document::response;
