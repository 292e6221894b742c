//! `cargo xtask layers`: which crate may depend on which, and what stays pure.

use std::collections::BTreeMap;
use std::path::Path;

use crate::project::{Member, members};
use crate::shell::{Problem, cargo, output};
use crate::tidy::rust_files;

/// Which crate may depend on which. An edge only leads to a lower layer; tests may also use what
/// their crate could use.
const ALLOWED: &[(&str, &[&str])] = &[
    // Layer 0: models.
    ("kakaopay-types", &[]),
    // Layer 1: each over the models alone.
    ("kakaopay-flows", &["kakaopay-types"]),
    ("kakaopay-webhook", &["kakaopay-types"]),
    ("kakaopay-transport", &["kakaopay-types"]),
    ("kakaopay-ledger", &["kakaopay-types"]),
    // Layer 2: stores.
    ("kakaopay-ledger-sqlite", &["kakaopay-ledger", "kakaopay-types"]),
    ("kakaopay-ledger-postgres", &["kakaopay-ledger", "kakaopay-types"]),
    // Layer 3: the driver. It knows no store by name.
    (
        "kakaopay",
        &["kakaopay-types", "kakaopay-flows", "kakaopay-webhook", "kakaopay-transport", "kakaopay-ledger"],
    ),
    // Beside them: the sandbox shares no behaviour with what is tested against it.
    ("kakaopay-sandbox", &["kakaopay-types", "kakaopay-webhook"]),
    // Layer 4, and the tests that span the crates: anything.
    ("kakaopay-cli", ANYTHING),
    ("kakaopay-tests", ANYTHING),
    // Apart: compiles without any of them.
    ("xtask", &[]),
];

const ANYTHING: &[&str] = &["*"];

/// Crates without IO: by default nothing in the first list is below them.
const PURE: &[&str] = &["kakaopay-types", "kakaopay-flows", "kakaopay-webhook", "kakaopay-ledger"];
const IMPURE: &[&str] = &[
    "tokio",
    "hyper",
    "hyper-util",
    "mio",
    "socket2",
    "reqwest",
    "async-std",
    "smol",
    "rustls",
    "getrandom",
];
/// What asks a clock. It must not stand in the code of a pure crate.
const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

pub(crate) fn run() -> Result<(), Problem> {
    let members = members()?;
    let mut findings = edges(&members);
    for name in PURE {
        let tree = output(&mut cargo(&[
            // Only this crate's own features count: in a build of the whole workspace another
            // member may turn more of them on.
            "tree",
            "--package",
            name,
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{lib}",
            "--locked",
        ]))?;
        findings.extend(impure(name, &tree));
        if let Some(member) = members.get(*name) {
            findings.extend(clocks(Path::new(&member.folder))?);
        }
    }
    findings.extend(lints(&members)?);
    Problem::of("layers", &findings)?;
    println!("layers: {} crates keep to their layer, {} of them are pure", members.len(), PURE.len());
    Ok(())
}

fn edges(members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut findings = Vec::new();
    for member in members.values() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
            findings.push(format!("{} has no place: add it to ALLOWED in xtask/src/layers.rs", member.name));
            continue;
        };
        for needed in member.needs() {
            if *allowed != ANYTHING && !allowed.contains(&needed) {
                findings.push(format!("{} must not depend on {needed}", member.name));
            }
            if members.get(needed).is_some_and(|needed| !needed.publish) && member.publish {
                findings.push(format!("{} is published and {needed} is not", member.name));
            }
        }
    }
    findings
}

fn impure(name: &str, tree: &str) -> Vec<String> {
    let found = tree.lines().map(|line| line.trim().replace('_', "-"));
    let found = found.filter(|library| IMPURE.contains(&library.as_str()));
    found.map(|library| format!("{name} is pure, and {library} is below it")).collect()
}

fn clocks(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut findings = Vec::new();
    for file in rust_files()?.iter().filter(|file| file.starts_with(folder.join("src"))) {
        let text = std::fs::read_to_string(file)?;
        for clock in CLOCKS.iter().filter(|clock| text.contains(**clock)) {
            findings.push(format!("{} is pure, and asks {clock}", file.display()));
        }
    }
    Ok(findings)
}

/// Every crate but this one has the workspace's lints, `unsafe_code = "forbid"` among them.
fn lints(members: &BTreeMap<String, Member>) -> Result<Vec<String>, Problem> {
    let mut findings = Vec::new();
    for member in members.values().filter(|member| member.name != "xtask") {
        let manifest = std::fs::read_to_string(Path::new(&member.folder).join("Cargo.toml"))?;
        if !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!("{} does not have the workspace's lints", member.name));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, depends: &[(&str, &str)]) -> (String, Member) {
        let depends = depends.iter().map(|(kind, on)| ((*kind).to_owned(), (*on).to_owned())).collect();
        let member = Member {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            folder: String::new(),
            publish: !["xtask", "kakaopay-tests"].contains(&name),
            description: true,
            depends,
        };
        (name.to_owned(), member)
    }

    #[test]
    fn an_edge_upwards_is_found() {
        let members = BTreeMap::from([
            member("kakaopay-types", &[("dev", "kakaopay-flows")]),
            member("kakaopay-flows", &[("normal", "kakaopay-types"), ("normal", "kakaopay-transport")]),
            member("kakaopay-transport", &[]),
            member("kakaopay-sandbox", &[("build", "kakaopay-flows")]),
            member("kakaopay-cli", &[("normal", "kakaopay-sandbox")]),
            member("kakaopay-extra", &[]),
        ]);
        assert_eq!(
            edges(&members),
            [
                "kakaopay-extra has no place: add it to ALLOWED in xtask/src/layers.rs",
                "kakaopay-flows must not depend on kakaopay-transport",
                "kakaopay-sandbox must not depend on kakaopay-flows",
            ]
        );
    }

    #[test]
    fn what_is_published_does_not_need_what_is_not() {
        let members = BTreeMap::from([
            member("kakaopay-cli", &[("normal", "kakaopay-tests")]),
            member("kakaopay-tests", &[("normal", "kakaopay-cli")]),
        ]);
        assert_eq!(edges(&members), ["kakaopay-cli is published and kakaopay-tests is not"]);
    }

    #[test]
    fn a_runtime_below_a_pure_crate_is_found() {
        assert_eq!(impure("a", "serde\nhyper_util\ntokio\n").len(), 2);
        assert!(impure("a", "serde\ntower_service\n").is_empty());
    }
}
