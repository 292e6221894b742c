//! A shop, a service and a buyer in virtual time, with a network that loses what it pleases.

mod check;
mod desk;
mod fate;
mod service;
mod sim;
mod story;
mod tape;

pub use check::check;
pub use desk::{Crashed, Desk, is_over};
pub use fate::{Fate, Kind};
pub use service::Service;
pub use sim::{End, Sent, Sim};
pub use story::Story;
pub use tape::Tape;
