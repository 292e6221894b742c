//! The API's objects as the service writes them.
//!
//! They are written independently of the models in `kakaopay-types`, so that tests can compare the two. Objects have
//! the current shape; `v2017` has the older one.

mod account;
mod capability;
mod charge;
mod event;
mod link;
mod list;
mod refund;
mod search;
mod shape;
mod source;
mod transaction;
mod v2017;
mod webhook_secret;

pub(crate) use account::AccountObject;
pub(crate) use capability::CapabilityObject;
pub(crate) use charge::ChargeObject;
pub(crate) use event::EventObject;
pub(crate) use link::Link;
pub(crate) use list::ListObject;
pub(crate) use refund::RefundObject;
pub(crate) use search::SearchObject;
pub(crate) use shape::Shape;
pub(crate) use source::SourceObject;
pub(crate) use transaction::TransactionObject;
pub(crate) use webhook_secret::WebhookSecretObject;
