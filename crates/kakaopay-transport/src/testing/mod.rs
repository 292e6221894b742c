//! Test doubles of the network, and a check that no secret is logged.

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
