//! A stub of the service for the examples.

mod start;

pub(crate) use start::start;
