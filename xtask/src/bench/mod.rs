//! `cargo xtask bench`: how fast something is, beside something else.

mod allocations;
mod instructions;
mod program;
mod task;
mod time;

pub(crate) use task::run;
