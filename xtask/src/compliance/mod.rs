//! `cargo xtask compliance`: each statement of the guide and each fault has a test that exists.

mod faults;
mod guide;
mod run;

pub(crate) use run::run;
