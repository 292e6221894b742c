//! `cargo xtask sim`: the simulation of whole shops.

use std::process::Command;

use crate::programs::program;
use crate::shell::{self, Problem};

/// Runs the simulation. The options are those of the program `sim`.
///
/// # Errors
/// If an option is unknown, or a seed breaks a promise.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    shell::run(Command::new(program("sim")?).args(options))
}
