//! What there is in the sandbox: sources, charges, refunds, events.

mod charge;
mod event;
mod ids;
mod refund;
mod source;
mod tables;

pub(crate) use charge::{Charge, Ending};
pub(crate) use event::{Delivery, Event};
pub(crate) use ids::Ids;
pub(crate) use refund::Refund;
pub(crate) use source::Source;
pub(crate) use tables::{NewCharge, NewRefund, World};
