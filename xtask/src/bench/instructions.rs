//! How many instructions something takes, counted by valgrind where it is installed.

use std::path::Path;
use std::process::Command;

use crate::measurement::Measured;
use crate::shell::{Problem, display};

/// Repetitions of one run; another run has twice as many, so that the difference leaves out the start of
/// the program. Both numbers have one digit, so that parsing them costs the same.
/// a program does besides. Both have one digit, so that reading them takes the same.
const TIMES: u8 = 4;

pub(super) fn take(program: &Path) -> Result<Vec<Measured>, Problem> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("instructions: skipped, valgrind is not installed");
        return Ok(Vec::new());
    }
    let names = crate::shell::output(&mut Command::new(program))?;
    let measured = names.lines().map(|name| {
        eprintln!("instructions: {name}");
        let (once, twice) = (count(program, name, TIMES)?, count(program, name, 2 * TIMES)?);
        Ok((name.to_owned(), (twice - once) / f64::from(TIMES)))
    });
    measured.collect()
}

/// The instructions of a whole run of the program.
fn count(program: &Path, name: &str, times: u8) -> Result<f64, Problem> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).arg(name).arg(times.to_string());
    let output = command.output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = if output.status.success() { collected(&report) } else { None };
    collected.ok_or_else(|| Problem::new(format!("{} failed: {report}", display(&command))))
}

/// The count in the tool's report: `==7== Collected : 3515028`.
fn collected(report: &str) -> Option<f64> {
    report.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_stands_in_the_report() {
        let report = "==7== Events    : Ir\n==7== Collected : 3515028\n==7== \n";
        assert_eq!(collected(report), Some(3_515_028.0));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
