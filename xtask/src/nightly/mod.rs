//! `cargo xtask nightly`: searches that take too long for `ci`.

mod parts;
mod run;

pub(crate) use run::run;
