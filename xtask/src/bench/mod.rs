//! `cargo xtask bench`: how fast something is, beside something else.

mod allocations;
mod chore;
mod instructions;
mod program;
mod time;

pub(crate) use chore::run;
