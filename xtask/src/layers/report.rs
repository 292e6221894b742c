//! The circles of each crate, and the crates below it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::circles::circles;
use super::purity::tree;
use crate::project::Member;
use crate::shell::{Problem, root};
use crate::source::Tree;

/// The findings of each crate, by name.
pub(super) struct Report(BTreeMap<String, Findings>);

struct Findings {
    circles: Vec<BTreeSet<PathBuf>>,
    /// Names of all crates in the tree of normal dependencies, with default features, on this machine.
    below: BTreeSet<String>,
}

impl Report {
    /// Reads the source of every member. The crates below take a second, and are read on request.
    pub(super) fn of(members: &BTreeMap<String, Member>, with_below: bool) -> Result<Self, Problem> {
        let mut crates = BTreeMap::new();
        for member in members.values() {
            let mut found = Vec::new();
            for root in &member.roots {
                found.extend(circles(&Tree::read(Path::new(root))?));
            }
            let below = if with_below { below(&member.name)? } else { BTreeSet::new() };
            crates.insert(member.name.clone(), Findings { circles: found, below });
        }
        Ok(Self(crates))
    }

    /// One line for each circle.
    pub(super) fn circles(&self) -> Vec<String> {
        let lines = self.0.iter().flat_map(|(name, found)| {
            found.circles.iter().map(move |files| {
                let files: Vec<_> = files.iter().map(|file| within(file)).collect();
                format!("{name}: {} files need each other: {}", files.len(), files.join(", "))
            })
        });
        lines.collect()
    }

    pub(super) fn json(&self) -> Value {
        let crates = self.0.iter().map(|(name, found)| {
            let circles: Vec<Vec<_>> =
                found.circles.iter().map(|files| files.iter().map(|file| within(file)).collect()).collect();
            let value = json!({
                "circles": circles,
                "crates_below": found.below.len(),
                "below": found.below,
            });
            (name.clone(), value)
        });
        Value::Object(crates.collect())
    }
}

/// A file, named from the project's root.
fn within(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

fn below(name: &str) -> Result<BTreeSet<String>, Problem> {
    let own = name.replace('-', "_");
    let tree = tree(name, None)?;
    let names = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(names.filter(|line| !line.is_empty() && *line != own).map(str::to_owned).collect())
}
