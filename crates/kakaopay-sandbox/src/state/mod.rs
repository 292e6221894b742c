//! What there is in the sandbox: the account, sources, charges, refunds, events.

mod account;
mod charge;
mod event;
mod ids;
mod outgoing;
mod passing;
mod records;
mod refund;
mod secrets;
mod source;
mod tables;
mod written;

pub(crate) use account::Account;
pub(crate) use charge::{Charge, Ending};
pub(crate) use event::{Delivery, Event, EventData, KEYS};
pub(crate) use ids::Ids;
pub(crate) use outgoing::Outgoing;
pub(crate) use refund::Refund;
pub(crate) use secrets::{Secrets, WebhookSecret};
pub(crate) use source::Source;
pub(crate) use tables::{Changes, NewCharge, NewRefund, World};
pub(crate) use written::{Inconsistent, State, Written};
