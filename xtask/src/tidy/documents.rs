//! The documents name every crate, and every published crate describes itself.

use std::path::Path;

use crate::project::{Member, members};
use crate::shell::{Problem, root};

/// Missing names and descriptions.
pub(super) fn check() -> Result<Vec<String>, Problem> {
    let read = |name: &str| std::fs::read_to_string(root().join(name));
    let (architecture, readme) = (read("ARCHITECTURE.md")?, read("README.md")?);
    let members = members()?;
    let mut findings = Vec::new();
    for member in members.values() {
        findings.extend(unnamed(member, &architecture, &readme));
        let carried = |readme: &String| Path::new(&member.folder).join(readme).is_file();
        if member.publish && !member.readme.as_ref().is_some_and(carried) {
            findings.push(format!("{} carries no README", member.name));
        }
    }
    Ok(findings)
}

fn unnamed(member: &Member, architecture: &str, readme: &str) -> Vec<String> {
    let code = format!("`{}`", member.name);
    let mut findings = Vec::new();
    if !architecture.contains(&code) {
        findings.push(format!("ARCHITECTURE.md does not name {code}"));
    }
    // The table says when to take a crate, so that only what can be taken stands in it.
    let row = format!("| {code} |");
    if member.publish && !readme.lines().any(|line| line.starts_with(&row)) {
        findings.push(format!("README.md has no row for {code} in its table"));
    }
    if member.publish && !member.description {
        findings.push(format!("{} has no description", member.name));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_in_both_documents() {
        let mut member = Member::bare("a");
        assert!(unnamed(&member, "About `a`.", "| `a` | when |\n").is_empty());
        assert_eq!(unnamed(&member, "", "About `a`.\n").len(), 2);
        member.publish = false;
        assert_eq!(unnamed(&member, "", ""), ["ARCHITECTURE.md does not name `a`"]);
    }
}
