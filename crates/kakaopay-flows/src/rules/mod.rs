//! The rules of a payment. Each module uses only those listed above it.

pub(crate) mod requests;

pub(crate) mod duplicates;

pub(crate) mod cancel;

pub(crate) mod pay_again;

pub(crate) mod evidence;

pub(crate) mod search;

pub(crate) mod creation;

pub(crate) mod refund;

pub(crate) mod late_refund;
pub(crate) mod night;

pub(crate) mod closed;
pub(crate) mod over;
pub(crate) mod pending;

pub(crate) mod dispatch;
