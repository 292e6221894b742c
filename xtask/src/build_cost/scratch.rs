//! A crate that uses serde and `serde_json` and nothing else: what anything that reads JSON costs.

use std::fs;

use tempfile::TempDir;

use crate::shell::{Problem, cargo, root, run};

/// The crate's name, in its own workspace.
pub(super) const NAME: &str = "scratch";

const PACKAGE: &str = r#"
[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[dependencies]
serde = { workspace = true, features = ["derive"] }
serde_json.workspace = true
"#;

const CODE: &str = r#"
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Charge {
    pub id: String,
    pub amount: u64,
    pub paid: bool,
}
"#;

/// Makes the crate in a folder of its own. Versions, features and profiles are the workspace's:
/// its manifest is that one with other members, and so is its lock file.
pub(super) fn make() -> Result<TempDir, Problem> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    fs::write(file("Cargo.toml"), manifest(&fs::read_to_string(root().join("Cargo.toml"))?))?;
    fs::copy(root().join("Cargo.lock"), file("Cargo.lock"))?;
    fs::create_dir(file("src"))?;
    fs::write(file("src/lib.rs"), CODE)?;
    // That leaves in the lock file what it needs, in the same versions.
    run(cargo(&["fetch", "--quiet"]).current_dir(folder.path()))?;
    Ok(folder)
}

fn manifest(workspace: &str) -> String {
    let members = |line: &&str| !line.starts_with("members =") && !line.starts_with("default-members =");
    let lines: Vec<_> = workspace.lines().filter(members).collect();
    format!("{}\n{PACKAGE}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_the_workspaces_with_another_member() {
        let workspace = "[workspace]\nmembers = [\"a\"]\ndefault-members = [\"a\"]\n\n[profile.dev]\n";
        assert_eq!(manifest(workspace), format!("[workspace]\n\n[profile.dev]\n{PACKAGE}"));
    }
}
