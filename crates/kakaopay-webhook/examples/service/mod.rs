//! A stub of the service for the examples, and the clock of both sides.

mod clock;
mod post;

pub(crate) use clock::now;
pub(crate) use post::{EVENT, post};
