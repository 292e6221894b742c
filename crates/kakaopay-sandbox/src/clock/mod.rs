//! The sandbox's own clock: how it is set, and how fast it runs.

mod sandbox_clock;
mod setting;
mod speed;

pub use sandbox_clock::SandboxClock;
pub(crate) use setting::Setting;
pub use speed::{ClockRate, InvalidRate};
