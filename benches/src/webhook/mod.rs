//! Webhooks: what it costs to believe one, and whether the time it takes tells what was expected.

mod contestant;
mod event;
mod timing;

pub use contestant::{Contestant, contestants};
pub use event::{Posted, posted};
pub use timing::{Guess, guesses};
