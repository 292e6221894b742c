//! `cargo xtask release`: checks a release, and publishes it.

use std::collections::BTreeMap;
use std::process::Command;

use crate::project::{Member, members};
use crate::shell::{Problem, cargo, display, git, root, run as run_command};

/// Checks the tree and the version, and rehearses the publishing. With `--execute` it publishes every crate that the
/// registry does not have at this version, so that an interrupted release goes on where it stopped.
///
/// # Errors
/// If a check fails, the registry cannot be asked, or cargo cannot publish.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let (version, execute) = match options {
        [version] if !version.starts_with("--") => (*version, false),
        [version, "--execute"] | ["--execute", version] => (*version, true),
        _ => return Err(Problem::new("cargo xtask release VERSION [--execute]")),
    };
    let members = members()?;
    check_version(&members, version)?;
    check_tree(version)?;
    let published = published(&members, version)?;
    let left = members.values().filter(|member| member.publish && !published.contains(&member.name));
    if left.count() == 0 {
        println!("release: the registry has every crate at {version}");
    } else {
        let mut command = publish(&published, execute);
        println!("{}", display(&command));
        run_command(&mut command)?;
    }
    println!("git tag -s v{version} -m v{version} && git push origin v{version}");
    if !execute {
        println!("Nothing was published: run it again with --execute.");
    }
    Ok(())
}

/// Everything that is published has this version.
fn check_version(members: &BTreeMap<String, Member>, version: &str) -> Result<(), Problem> {
    let others = members.values().filter(|member| member.publish && member.version != version);
    let others: Vec<_> = others.map(|member| format!("{} is at {}", member.name, member.version)).collect();
    Problem::of(&format!("Cargo.toml does not say {version}"), &others)
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

/// The crates that the registry has at this version.
fn published(members: &BTreeMap<String, Member>, version: &str) -> Result<Vec<String>, Problem> {
    let mut published = Vec::new();
    for member in members.values().filter(|member| member.publish) {
        let crate_version = format!("{}@{version}", member.name);
        let mut command = cargo(&["info", "--registry", "crates-io", &crate_version]);
        let output = command.output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            published.push(member.name.clone());
        } else if !is_unknown(&error) {
            return Err(Problem::new(format!("{} failed: {error}", display(&command))));
        }
    }
    Ok(published)
}

/// Whether cargo reached the registry, and found no such version there.
fn is_unknown(error: &str) -> bool {
    error.contains("could not find `")
}

/// Publishes all crates but those that the registry has. Cargo orders them, and waits for the index in between.
fn publish(published: &[String], execute: bool) -> Command {
    let mut command = cargo(&["publish", "--workspace", "--locked"]);
    command.args(published.iter().flat_map(|name| ["--exclude", name]));
    if !execute {
        command.arg("--dry-run");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_has_the_version() {
        let private = Member { publish: false, version: "9.0.0".to_owned(), ..Member::bare("b") };
        let members = BTreeMap::from([("a".to_owned(), Member::bare("a")), ("b".to_owned(), private)]);
        assert!(check_version(&members, "0.1.0").is_ok());
        let problem = check_version(&members, "0.2.0").expect_err("another version");
        assert_eq!(problem.to_string(), "Cargo.toml does not say 0.2.0:\n  a is at 0.1.0");
    }

    #[test]
    fn a_release_goes_on_where_it_stopped() {
        let rest = publish(&["a".to_owned(), "b".to_owned()], true);
        assert_eq!(display(&rest), "cargo publish --workspace --locked --exclude a --exclude b");
        assert_eq!(display(&publish(&[], false)), "cargo publish --workspace --locked --dry-run");
    }

    #[test]
    fn an_unreachable_registry_is_no_missing_crate() {
        assert!(is_unknown(
            "error: could not find `a` in registry `https://github.com/rust-lang/crates.io-index`"
        ));
        assert!(!is_unknown("error: failed to download from `https://index.crates.io/config.json`"));
    }

    #[test]
    fn a_version_must_be_named() {
        for options in [&[][..], &["--execute"], &["0.1.0", "--now"], &["0.1.0", "0.2.0"]] {
            assert!(run(options).is_err(), "{options:?}");
        }
    }
}
