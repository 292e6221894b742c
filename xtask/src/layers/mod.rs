//! `cargo xtask layers`: allowed dependencies of each crate, purity, and circles of files.

mod circles;
mod edges;
mod purity;
mod report;
mod run;

pub(crate) use run::run;
