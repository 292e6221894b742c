//! Webhooks: the cost of verifying one, and whether its duration depends on the signature.

mod contestant;
mod event;
mod timing;

pub use contestant::{Contestant, contestants};
pub use event::{Posted, posted};
pub use timing::{Guess, guesses};
