//! What there is in the sandbox: sources, charges, events.

mod charge;
mod event;
mod ids;
mod source;
mod tables;

pub(crate) use charge::{Charge, Ending};
pub(crate) use event::{Delivery, Event};
pub(crate) use ids::Ids;
pub(crate) use source::Source;
pub(crate) use tables::{NewCharge, World};
