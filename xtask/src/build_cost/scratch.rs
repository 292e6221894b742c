//! Crates to hold others against: what anything that reads JSON costs, and what most would take for a client.

use std::fs;

use tempfile::TempDir;

use crate::shell::{Problem, cargo, root, run};

/// The crate's name, in its own workspace.
pub(super) const NAME: &str = "scratch";

/// A crate to hold others against.
pub(super) struct Scratch {
    dependencies: &'static str,
}

/// What reads JSON: serde and `serde_json`, and nothing else.
pub(super) const JSON: Scratch = Scratch { dependencies: "" };

/// A client of typed calls as most would make it: reqwest with serde, and rustls with ring.
pub(super) const CLIENT: Scratch = Scratch {
    dependencies: r#"
reqwest = { workspace = true, features = ["json", "rustls-no-provider"] }
rustls = { workspace = true, features = ["ring"] }
"#,
};

const PACKAGE: &str = r#"
[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[dependencies]
serde = { workspace = true, features = ["derive"] }
serde_json.workspace = true
"#;

const CODE: &str = r"
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Charge {
    pub id: String,
    pub amount: u64,
    pub paid: bool,
}
";

impl Scratch {
    /// Makes the crate in a folder of its own. Versions, features and profiles are the workspace's:
    /// its manifest is that one with other members, and so is its lock file.
    pub(super) fn make(&self) -> Result<TempDir, Problem> {
        let folder = tempfile::tempdir()?;
        let file = |name: &str| folder.path().join(name);
        let workspace = manifest(&fs::read_to_string(root().join("Cargo.toml"))?);
        fs::write(file("Cargo.toml"), workspace + self.dependencies)?;
        fs::copy(root().join("Cargo.lock"), file("Cargo.lock"))?;
        fs::create_dir(file("src"))?;
        fs::write(file("src/lib.rs"), CODE)?;
        // That leaves in the lock file what it needs, in the same versions.
        run(cargo(&["fetch", "--quiet"]).current_dir(folder.path()))?;
        Ok(folder)
    }
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
