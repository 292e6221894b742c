//! The sandbox's data: account, sources, charges, refunds, events.

mod account;
mod charge;
mod event;
mod ids;
mod outbox;
mod records;
mod refund;
mod return_hosts;
mod secrets;
mod snapshot;
mod source;
mod store;
mod time;
mod webhook_hosts;

pub(crate) use account::Account;
pub(crate) use charge::{Charge, Ending};
pub use event::EVENT_KEYS;
pub(crate) use event::{Delivery, Event, EventData};
pub(crate) use ids::Ids;
pub(crate) use outbox::Outgoing;
pub(crate) use refund::Refund;
pub(crate) use return_hosts::ReturnHosts;
pub(crate) use secrets::{IssuedSecret, Secrets};
pub(crate) use snapshot::{GlobalState, Inconsistent, Written};
pub(crate) use source::Source;
pub(crate) use store::{Changes, NewCharge, NewRefund, State};
pub(crate) use webhook_hosts::WebhookHosts;
