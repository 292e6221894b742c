//! `cargo xtask build-cost`: crates and CPU seconds of a cold build of each crate alone.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::shell::{Problem, cargo, output, run as run_command};

/// What is measured when nothing is named: the two that people take alone.
const DEFAULT: &[&str] = &["kakaopay-types", "kakaopay-transport"];

pub(crate) fn run(crates: &[&str]) -> Result<(), Problem> {
    let crates = if crates.is_empty() { DEFAULT } else { crates };
    for name in crates {
        // What has to be fetched is fetched before the clock starts.
        let tree = output(&mut cargo(&[
            "tree",
            "--package",
            name,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--locked",
        ]))?;
        let count = tree.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(" (*)"));
        let count = count.collect::<BTreeSet<_>>().len();
        let target = tempfile::tempdir()?;
        let mut build = cargo(&["build", "--quiet", "--package", name, "--locked"]);
        build.env("CARGO_TARGET_DIR", target.path());
        let (before, start) = (children_seconds(), Instant::now());
        run_command(&mut build)?;
        let wall = start.elapsed().as_secs_f64();
        match (before, children_seconds()) {
            (Some(before), Some(after)) => {
                println!("{name}: {count} crates, {:.1} CPU seconds, {wall:.1} s", after - before);
            }
            _ => println!("{name}: {count} crates, {wall:.1} s (CPU time is only known on Linux)"),
        }
    }
    Ok(())
}

/// CPU seconds of the programs this one has run to their end, as Linux counts them: fields 16 and
/// 17 of `/proc/self/stat`, in hundredths of a second.
fn children_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in brackets, which may have spaces in it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(13)? + ticks(14)?) / 100.0)
}
