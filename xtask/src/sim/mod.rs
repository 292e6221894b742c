//! `cargo xtask sim`: the simulation of whole shops, and how soon it finds faults that were put back.

mod mutant;
mod run;

pub(crate) use run::run;
