//! Services that stand in for the network in tests.

mod capture;
mod lose_response;
mod scripted;

pub use capture::{Capture, Captured};
pub use lose_response::LoseResponse;
pub use scripted::Scripted;
