//! The sandbox beside other HTTP stand-ins: time to the first response, throughput and memory.

mod contestant;
mod load;
mod process;

pub use contestant::{Contestant, contestants};
pub use load::Load;
pub use process::Server;
