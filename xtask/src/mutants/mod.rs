//! `cargo xtask mutants`: whether the tests notice when the code is changed.

mod run;
mod sample;
mod subject;

pub(crate) use run::run;
