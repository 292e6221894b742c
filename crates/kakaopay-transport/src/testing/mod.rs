//! Services that stand in for the network in tests.

mod capture;
mod flaky;
mod lose_response;
mod never;
mod scripted;

pub use capture::{Capture, Captured};
pub use flaky::Flaky;
pub use lose_response::LoseResponse;
pub use never::Never;
pub use scripted::Scripted;
