//! `cargo xtask release`: checks a release and prints, or does, its publishing.

use std::collections::BTreeMap;

use crate::ci;
use crate::project::{Member, members};
use crate::shell::{Problem, cargo, git, root, run as run_command, shown};

pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let execute = options.contains(&"--execute");
    let named: Vec<_> = options.iter().filter(|option| !option.starts_with("--")).collect();
    let unknown = options.iter().any(|option| option.starts_with("--") && *option != "--execute");
    if named.len() > 1 || unknown {
        return Err(Problem::new("cargo xtask release [VERSION] [--execute]"));
    }
    let members = members()?;
    let version = agreed_version(&members)?;
    if let Some(named) = named.first().filter(|named| ***named != version) {
        return Err(Problem::new(format!(
            "the workspace is at {version}, not {named}: change Cargo.toml first"
        )));
    }
    check_tree(&version)?;
    ci::run()?;
    let order = order(&members)?;
    for name in &order {
        let mut command = cargo(&["publish", "--package", name, "--locked"]);
        println!("{}", shown(&command));
        if execute {
            run_command(&mut command)?;
        }
    }
    println!("git tag -s v{version} -m v{version} && git push origin v{version}");
    if !execute {
        println!("Nothing was published: run it again with --execute.");
    }
    Ok(())
}

/// The one version of everything that is published.
fn agreed_version(members: &BTreeMap<String, Member>) -> Result<String, Problem> {
    let mut versions: Vec<_> =
        members.values().filter(|member| member.publish).map(|member| member.version.clone()).collect();
    versions.dedup();
    match versions.as_slice() {
        [version] => Ok(version.clone()),
        versions => Err(Problem::new(format!("the crates do not have one version: {}", versions.join(", ")))),
    }
}

fn check_tree(version: &str) -> Result<(), Problem> {
    let mut findings = Vec::new();
    if !git(&["status", "--porcelain"])?.is_empty() {
        findings.push("the tree is not clean: commit first".to_owned());
    }
    let branch = git(&["rev-parse", "--abbrev-ref", "HEAD"])?;
    if branch.trim() != "main" {
        findings.push(format!("the branch is {}, not main", branch.trim()));
    }
    if !git(&["tag", "--list", &format!("v{version}")])?.is_empty() {
        findings.push(format!("v{version} has been released"));
    }
    let changes = std::fs::read_to_string(root().join("CHANGELOG.md"))?;
    if !changes.contains(&format!("## [{version}]")) {
        findings.push(format!("CHANGELOG.md has no section [{version}]"));
    }
    Problem::of("release", &findings)
}

/// What is published, each crate behind those it needs. The registry refuses a crate that names a
/// version of one it does not know, also where only tests need it.
fn order(members: &BTreeMap<String, Member>) -> Result<Vec<String>, Problem> {
    let mut left: Vec<&Member> = members.values().filter(|member| member.publish).collect();
    let mut order: Vec<String> = Vec::new();
    while !left.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) = left.into_iter().partition(|member| {
            let mut needed = member.depends.iter().filter(|needed| !needed.dev || needed.versioned);
            needed.all(|needed| needed.name == member.name || order.contains(&needed.name))
        });
        if ready.is_empty() {
            return Err(Problem::new("the crates depend on each other in a circle"));
        }
        order.extend(ready.into_iter().map(|member| member.name.clone()));
        left = waiting;
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Dependency;

    fn member(name: &str, needs: &[&str]) -> (String, Member) {
        let member = Member {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            folder: String::new(),
            publish: name != "private",
            description: true,
            readme: None,
            depends: needs.iter().map(|name| needed(name, false, true)).collect(),
            examples: Vec::new(),
        };
        (name.to_owned(), member)
    }

    fn needed(name: &str, dev: bool, versioned: bool) -> Dependency {
        Dependency { name: name.to_owned(), dev, versioned }
    }

    #[test]
    fn a_crate_is_published_behind_what_it_needs() {
        let members = BTreeMap::from([
            member("a", &["c"]),
            member("b", &[]),
            member("c", &["b"]),
            member("private", &["a"]),
        ]);
        assert_eq!(order(&members).expect("an order"), ["b", "c", "a"]);
        let circle = BTreeMap::from([member("a", &["b"]), member("b", &["a"])]);
        assert!(order(&circle).is_err());
    }

    #[test]
    fn a_versioned_need_of_tests_is_published_first_too() {
        let (name, mut first) = member("a", &[]);
        first.depends =
            vec![needed("a", true, true), needed("b", true, true), needed("private", true, false)];
        let members = BTreeMap::from([(name, first), member("b", &[]), member("private", &[])]);
        assert_eq!(order(&members).expect("an order"), ["b", "a"]);
    }

    #[test]
    fn every_crate_has_the_same_version() {
        let mut members = BTreeMap::from([member("a", &[]), member("b", &[]), member("private", &[])]);
        assert_eq!(agreed_version(&members).expect("one version"), "0.1.0");
        members.get_mut("b").expect("it is there").version = "0.2.0".to_owned();
        assert!(agreed_version(&members).is_err());
    }
}
