//! Simulates whole shops in operation.
//!
//! A seed makes a plan: buyers, staff at the dashboard, processes that die, freeze and have wrong clocks, and times at
//! which the network, the store and the shop's handler fail. A run carries it out in virtual time with the real driver,
//! a store in memory and the sandbox, and checks the shop's books against the service's. The same seed gives the same
//! story, to the letter.

mod actions;
pub mod booked_charge;
pub mod books;
mod check;
pub mod choices;
mod correction;
mod delivery;
mod ending;
pub mod handler;
pub mod moves;
pub mod network;
pub mod plan;
pub mod process;
pub mod run;
pub mod search;
pub mod service;
pub mod shown;
pub mod store;
mod world;

pub use plan::Plan;
pub use run::{Ending, run};
