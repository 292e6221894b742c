//! The objects of the API as the service writes them, member by member.
//!
//! They are written here a second time, apart from the models of `kakaopay-types`, so that the one
//! can be held against the other.

mod charge;
mod event;
mod list;
mod refund;
mod source;

pub(crate) use charge::ChargeObject;
pub(crate) use event::{EventData, EventObject};
pub(crate) use list::ListObject;
pub(crate) use refund::RefundObject;
pub(crate) use source::SourceObject;
