//! The `kakaopay` command as a user runs it.

mod demo;
mod recovery;
mod sandbox;
mod store;
