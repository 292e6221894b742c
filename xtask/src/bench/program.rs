//! The programs of the benchmarks, built by cargo.

use std::path::PathBuf;
use std::process::Stdio;

use crate::programs::find;
use crate::shell::{Problem, cargo, output};

/// Builds bench targets of a package as `cargo bench` does, and gives their programs in the same order.
///
/// They are a workspace of their own, so that no other crate turns on features of the code under measurement.
pub(super) fn build(package: &str, targets: &[String]) -> Result<Vec<PathBuf>, Problem> {
    let mut command = cargo(&["bench", "--manifest-path", "benches/Cargo.toml", "--locked", "--no-run"]);
    command
        .args(["--package", package, "--target-dir", "target", "--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit());
    command.args(targets.iter().flat_map(|target| ["--bench", target]));
    let messages = output(&mut command)?;
    targets.iter().map(|target| find(target, &messages)).collect()
}
