//! Deliveries to the handler: their limits, and their failures.

mod failure;
mod limits;

pub(crate) use failure::HandlerFailure;
pub(crate) use limits::HandlerLimits;
