//! The task.

use std::process::Command;

use super::mutant;
use crate::programs::program;
use crate::shell::{self, Problem};

/// Runs the simulation. The options are those of the program `sim`, or `--mutant NAME`, where NAME may be `all`, with
/// `--seeds N` and `--from S`.
///
/// # Errors
/// If an option is unknown, a seed breaks a promise, or no seed finds a mutant.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    match options {
        ["--mutant", name] => mutant::find(name, "1000", "0"),
        ["--mutant", name, "--seeds", seeds] => mutant::find(name, seeds, "0"),
        ["--mutant", name, "--seeds", seeds, "--from", from] => mutant::find(name, seeds, from),
        _ => shell::run(Command::new(program("sim")?).args(options)),
    }
}
