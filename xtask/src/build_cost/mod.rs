//! `cargo xtask build-cost`: crates and CPU seconds of a cold build of each crate alone.

mod build;
mod chore;
mod scratch;

pub(crate) use chore::run;
