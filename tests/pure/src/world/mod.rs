//! A shop, a service and a buyer in virtual time, with a network that loses messages.

mod check;
mod checked_driver;
mod faults;
mod recording;
mod scenario;
mod service;
mod sim;

pub use check::check;
pub use checked_driver::{CheckedDriver, Crashed, is_over};
pub use faults::{Fate, Kind};
pub use recording::Recording;
pub use scenario::{Scenario, Second};
pub use service::{Service, ServiceClock};
pub use sim::{End, Sent, Sim};
