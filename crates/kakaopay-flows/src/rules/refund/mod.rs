//! The rules of refunds, which are state machines inside their payment.

pub(crate) mod begin;
pub(crate) mod compare;
pub(crate) mod effects;
pub(crate) mod handle;
pub(crate) mod poll;
pub(crate) mod reconcile_list;
pub(crate) mod respond;
