//! Which crate may depend on which.

use std::collections::BTreeMap;
use std::path::Path;

use crate::project::{Dependency, Member};
use crate::shell::{Problem, root};

/// A crate's layer, and its allowed dependencies.
///
/// Dependencies of its tests alone are bound to the layers, not to the list: they may use any
/// crate that stands no higher than their own.
struct Place {
    name: &'static str,
    /// `None` is apart from all layers: none of the others uses it.
    layer: Option<u8>,
    may_use: &'static [&'static str],
}

const fn place(layer: u8, name: &'static str, may_use: &'static [&'static str]) -> Place {
    Place { name, layer: Some(layer), may_use }
}

/// Every crate of the workspace. An edge only leads to a lower layer.
const PLACES: &[Place] = &[
    // Layer 0: models.
    place(0, "kakaopay-types", &[]),
    // Rules for texts, for the tests of the crates that have some; not published.
    place(0, "kakaopay-text-rules", &[]),
    // Layer 1: each over the models alone.
    place(1, "kakaopay-flows", &["kakaopay-types"]),
    place(1, "kakaopay-webhook", &["kakaopay-types"]),
    place(1, "kakaopay-transport", &["kakaopay-types"]),
    place(1, "kakaopay-store", &["kakaopay-types"]),
    // Layer 2: stores.
    place(2, "kakaopay-store-sqlite", &["kakaopay-store", "kakaopay-types"]),
    place(2, "kakaopay-store-postgres", &["kakaopay-store", "kakaopay-types"]),
    // Beside them: the sandbox shares no behaviour with what is tested against it.
    place(2, "kakaopay-sandbox", &["kakaopay-types", "kakaopay-webhook"]),
    // Its pages and its server.
    place(3, "kakaopay-sandbox-server", &["kakaopay-sandbox", "kakaopay-types"]),
    // A server for the tests of what needs one; not published.
    place(2, "kakaopay-postgres-cluster", &[]),
    // A client without a socket for the tests of the sandbox; not published.
    place(2, "kakaopay-test-client", &[]),
    // A store whose calls tests fail; not published.
    place(2, "kakaopay-hooked-store", &["kakaopay-store", "kakaopay-types"]),
    // A disk that loses power, for the tests of what is kept in SQLite; not published.
    place(2, UNSAFE, &[]),
    // Layer 3: the driver. It knows no store by name.
    place(3, "kakaopay", DRIVEN),
    // The tests of models and machines, and their support; not published.
    place(2, "kakaopay-pure-tests", &["kakaopay-types", "kakaopay-flows"]),
    // Layer 4: the command, and layer 5: the tests of whole shops.
    place(4, "kakaopay-cli", ANYTHING),
    place(5, "kakaopay-tests", ANYTHING),
    // The simulation of shops in operation; not published.
    place(5, "kakaopay-sim", ANYTHING),
    // Apart: the tasks, which compile when none of the others does.
    Place { name: "xtask", layer: None, may_use: &[] },
];

/// The one crate with unsafe code: it is the file system that SQLite, which is C, calls. Only tests use it.
const UNSAFE: &str = "kakaopay-sqlite-powerloss";

const DRIVEN: &[&str] =
    &["kakaopay-types", "kakaopay-flows", "kakaopay-webhook", "kakaopay-transport", "kakaopay-store"];

const ANYTHING: &[&str] = &["*"];

pub(super) fn edges(members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut findings = Vec::new();
    for member in members.values() {
        let Some(from) = place_of(&member.name) else {
            findings
                .push(format!("{} has no place: add it to PLACES in xtask/src/layers/edges.rs", member.name));
            continue;
        };
        for needed in &member.depends {
            if place_of(&needed.name).is_some_and(|to| !may_use(from, to, needed)) {
                let tests = if needed.dev { ", not even in its tests" } else { "" };
                findings.push(format!("{} must not depend on {}{tests}", member.name, needed.name));
            }
            let private = members.get(&needed.name).is_some_and(|needed| !needed.publish);
            if private && member.publish && !needed.dev {
                findings.push(format!("{} is published and {} is not", member.name, needed.name));
            }
        }
    }
    findings
}

fn place_of(name: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.name == name)
}

fn may_use(from: &Place, to: &Place, needed: &Dependency) -> bool {
    match (from.layer, to.layer) {
        (_, None) => false,
        (Some(own), Some(other)) if needed.dev => other <= own,
        _ => from.may_use == ANYTHING || from.may_use.contains(&to.name),
    }
}

/// Every crate but this one has the workspace's lints, `unsafe_code = "forbid"` among them; one has all but that.
pub(super) fn lints(members: &BTreeMap<String, Member>) -> Result<Vec<String>, Problem> {
    let mut findings = Vec::new();
    let workspace = std::fs::read_to_string(root().join("Cargo.toml"))?;
    for member in members.values().filter(|member| member.name != "xtask") {
        let manifest = std::fs::read_to_string(Path::new(&member.folder).join("Cargo.toml"))?;
        if member.name == UNSAFE {
            findings.extend(lints_apart(&workspace, &manifest));
        } else if !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!("{} does not have the workspace's lints", member.name));
        }
    }
    Ok(findings)
}

/// A table of lints cannot both be the workspace's and differ from it, so that the one crate has a copy. Every lint
/// of the workspace stands in it, and unsafe code is denied where it is not expected.
fn lints_apart(workspace: &str, manifest: &str) -> Vec<String> {
    let wanted = workspace.lines().skip_while(|line| !line.starts_with("[workspace.lints"));
    let wanted = wanted.take_while(|line| !line.starts_with("[profile")).filter(|line| line.contains(" = "));
    let own = |lint: &str| manifest.lines().any(|line| line == lint);
    let missing = wanted
        .map(|lint| lint.replace("unsafe_code = \"forbid\"", "unsafe_code = \"deny\""))
        .filter(|lint| !own(lint))
        .map(|lint| format!("{UNSAFE} does not have the workspace's lint {lint}"));
    missing.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, depends: &[(&str, &str)]) -> (String, Member) {
        let depends =
            depends.iter().map(|(kind, on)| Dependency { name: (*on).to_owned(), dev: *kind == "dev" });
        let member = Member {
            publish: !["xtask", "kakaopay-tests"].contains(&name),
            depends: depends.collect(),
            ..Member::bare(name)
        };
        (name.to_owned(), member)
    }

    #[track_caller]
    fn check(members: &[(String, Member)], expected: &[&str]) {
        assert_eq!(edges(&members.iter().cloned().collect()), expected);
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_found() {
        check(
            &[
                member("kakaopay-flows", &[("normal", "kakaopay-types"), ("normal", "kakaopay-transport")]),
                member("kakaopay-sandbox", &[("build", "kakaopay-flows")]),
                member("kakaopay-cli", &[("normal", "kakaopay-sandbox")]),
            ],
            &[
                "kakaopay-flows must not depend on kakaopay-transport",
                "kakaopay-sandbox must not depend on kakaopay-flows",
            ],
        );
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        let finding = "kakaopay-extra has no place: add it to PLACES in xtask/src/layers/edges.rs";
        check(&[member("kakaopay-extra", &[])], &[finding]);
    }

    #[test]
    fn tests_use_what_stands_no_higher() {
        check(&[member("kakaopay", &[("dev", "kakaopay-sandbox"), ("dev", "kakaopay")])], &[]);
        check(&[member("kakaopay-webhook", &[("dev", "kakaopay-store")])], &[]);
        let finding = "kakaopay-sandbox must not depend on kakaopay, not even in its tests";
        check(&[member("kakaopay-sandbox", &[("dev", "kakaopay")])], &[finding]);
    }

    #[test]
    fn the_tasks_stand_apart() {
        let finding = "xtask must not depend on kakaopay-types, not even in its tests";
        check(&[member("xtask", &[("dev", "kakaopay-types")])], &[finding]);
        let finding = "kakaopay-tests must not depend on xtask";
        check(&[member("kakaopay-tests", &[("normal", "xtask")])], &[finding]);
    }

    #[test]
    fn what_is_published_does_not_need_what_is_not() {
        let members =
            [member("kakaopay-cli", &[("normal", "kakaopay-tests")]), member("kakaopay-tests", &[])];
        check(&members, &["kakaopay-cli is published and kakaopay-tests is not"]);
    }

    #[test]
    fn a_place_is_given_once_and_leads_down() {
        for place in PLACES {
            assert_eq!(PLACES.iter().filter(|other| other.name == place.name).count(), 1, "{}", place.name);
            for used in place.may_use.iter().filter(|used| **used != "*") {
                let lower = |used: &Place| place.layer.is_none() || used.layer < place.layer;
                assert!(place_of(used).is_some_and(lower), "{used}");
            }
        }
    }

    #[test]
    fn a_lint_that_the_crate_with_unsafe_code_lacks_is_found() {
        let workspace =
            "[workspace.lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"deny\"\n[profile.a]\nb = 1";
        let own = "[lints.rust]\nunsafe_code = \"deny\"\n";
        let finding = "kakaopay-sqlite-powerloss does not have the workspace's lint missing_docs = \"deny\"";
        assert_eq!(lints_apart(workspace, own), [finding]);
        assert!(lints_apart(workspace, &format!("{own}missing_docs = \"deny\"\n")).is_empty());
    }
}
