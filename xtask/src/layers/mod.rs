//! `cargo xtask layers`: which crate may depend on which, what stays pure, and circles of files.

mod circles;
mod edges;
mod purity;
mod report;
mod run;

pub(crate) use run::run;
