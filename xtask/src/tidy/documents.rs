//! The documents name every crate.

use crate::project::members;
use crate::shell::{Problem, root};

/// What is missing in the documents.
pub(super) fn check() -> Result<Vec<String>, Problem> {
    let read = |name: &str| std::fs::read_to_string(root().join(name));
    let (architecture, readme) = (read("ARCHITECTURE.md")?, read("README.md")?);
    let mut findings = Vec::new();
    for member in members()?.values() {
        let code = format!("`{}`", member.name);
        if !architecture.contains(&code) {
            findings.push(format!("ARCHITECTURE.md does not name {code}"));
        }
        if member.publish && !readme.contains(&code) {
            findings.push(format!("README.md does not name {code}"));
        }
        if member.publish && !member.description {
            findings.push(format!("{} has no description", member.name));
        }
    }
    Ok(findings)
}
