//! What stands for the service in the examples, and the clock both sides have.

mod clock;
mod post;

pub(crate) use clock::now;
pub(crate) use post::{EVENT, post};
