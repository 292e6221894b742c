//! What stands for the service in the examples.

mod start;

pub(crate) use start::start;
