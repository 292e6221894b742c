//! `cargo xtask sim`: the simulation of whole shops.

use crate::shell::{self, Problem, cargo};

/// Runs the simulation. The options are those of the program `sim`.
///
/// # Errors
/// If an option is unknown, or a seed breaks a promise.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let program = ["run", "--quiet", "--package", "kakaopay-sim", "--bin", "sim", "--"];
    shell::run(&mut cargo(&[&program, options].concat()))
}
