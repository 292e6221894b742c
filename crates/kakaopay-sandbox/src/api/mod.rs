//! The API as a function from request to response, without I/O.

mod account;
mod auth;
mod capability;
mod charge_actions;
mod charges;
mod cors;
mod events;
mod fields;
mod filters;
mod page;
mod refunds;
mod refusal;
mod request;
mod response;
mod router;
mod search;
mod sources;
mod table;
mod transactions;
mod version;
mod webhook_secrets;

pub(crate) use refusal::Refusal;
pub(crate) use request::Call;
pub(crate) use response::ApiResponse;
pub(crate) use router::respond;
pub use search::EMPTY_SCOPES;
pub use table::{ApiOperation, api_operations};
pub(crate) use table::{FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT};
pub(crate) use version::version;
