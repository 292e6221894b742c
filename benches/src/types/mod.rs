//! Decoding of the API's objects by `kakaopay-types`, and by others for comparison.

mod case;
mod contestant;

pub use case::{Case, cases};
pub use contestant::{Contestant, Way};
