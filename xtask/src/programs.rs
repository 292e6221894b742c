//! Programs of the workspace, built once for all that run them.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::shell::{Problem, cargo, output};

/// Builds all binaries and examples, and finds one by its name.
///
/// The features are those of `cargo test --workspace`, which has built the same programs: after it, nothing is
/// built again. `cargo run --package` would choose other features and build most crates anew.
///
/// # Errors
/// If a program does not build, or none has this name.
pub(crate) fn program(name: &str) -> Result<PathBuf, Problem> {
    find(name, &build()?)
}

/// Builds all binaries and examples, and gives the messages of cargo.
pub(crate) fn build() -> Result<String, Problem> {
    let mut command = cargo(&["build", "--workspace", "--bins", "--examples", "--locked"]);
    output(command.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit()))
}

/// The program of a target, among the messages of cargo.
pub(crate) fn find(target: &str, messages: &str) -> Result<PathBuf, Problem> {
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
