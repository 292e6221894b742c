//! Services that stand in for the network in tests, and a watch over what is logged there.

mod capture;
mod flaky;
mod leak;
mod leak_watch;
mod lose_response;
mod never;
mod scripted;

pub use capture::{Capture, Captured};
pub use flaky::Flaky;
pub use leak::Leak;
pub use leak_watch::LeakWatch;
pub use lose_response::LoseResponse;
pub use never::Never;
pub use scripted::Scripted;
