//! One typed call, retrieving a charge, over a real connection to a server on this machine: by
//! `kakaopay-transport`, and by others for comparison.

mod account;
mod lane;
mod server;

pub use account::{Stage, stages};
pub use lane::{Kind, Lane};
pub use server::{Server, serve_if_told};
