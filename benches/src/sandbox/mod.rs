//! The sandbox, beside what else stands in for an HTTP API: how soon it answers, how often, and in how much memory.

mod contestant;
mod load;
mod process;

pub use contestant::{Contestant, contestants};
pub use load::Load;
pub use process::Server;
