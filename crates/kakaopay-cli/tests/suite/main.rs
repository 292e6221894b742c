//! The `kakaopay` command as a user runs it.

mod demo;
mod sandbox;
mod store;
