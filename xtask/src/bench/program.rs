//! The programs of the benchmarks, built by cargo.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::shell::{Problem, cargo, output};

/// Builds bench targets as `cargo bench` does, and gives their programs in the same order.
///
/// One package alone is built, so that no other member turns on features of what is measured.
pub(super) fn build(targets: &[String]) -> Result<Vec<PathBuf>, Problem> {
    let mut command = cargo(&["bench", "--package", "kakaopay-benches", "--locked", "--no-run"]);
    command.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
    command.args(targets.iter().flat_map(|target| ["--bench", target]));
    let messages = output(&mut command)?;
    targets.iter().map(|target| find(target, &messages)).collect()
}

/// The program of a target, among the messages of cargo.
fn find(target: &str, messages: &str) -> Result<PathBuf, Problem> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built = messages.filter(|message| message["target"]["name"] == target);
    let program = built.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.ok_or_else(|| Problem::new(format!("cargo built no {target}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_target() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"types"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"types"},"executable":"/a/types-1"}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(find("types", messages).expect("a program"), PathBuf::from("/a/types-1"));
        assert!(find("others", messages).is_err());
    }
}
