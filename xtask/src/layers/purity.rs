//! Crates that stay pure: no IO below them, no clock in their code.

use std::collections::BTreeSet;
use std::path::Path;

use crate::project::Member;
use crate::shell::{Problem, cargo, output, root};
use crate::tidy::rust_files;

/// Crates without IO: by default nothing in the list below is beneath them.
pub(super) const PURE: &[&str] = &["kakaopay-types", "kakaopay-flows", "kakaopay-webhook", "kakaopay-store"];
/// Runtimes, sockets, TLS, randomness, and libraries of time with a clock at hand.
const IMPURE: &[&str] = &[
    "tokio",
    "async-io",
    "async-std",
    "smol",
    "mio",
    "socket2",
    "hyper",
    "hyper-util",
    "reqwest",
    "ureq",
    "rustls",
    "native-tls",
    "openssl",
    "getrandom",
    "chrono",
    "time",
];
/// Calls that ask a clock.
const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// The one clock of the pure crates: the default of the stores, which judge time themselves. All else gets it as an
/// argument.
const STORE_CLOCK: &str = "crates/kakaopay-store/src/clock.rs";

/// Reports I/O, time and randomness in a crate that must be pure.
pub(super) fn check(member: &Member) -> Result<Vec<String>, Problem> {
    let mut findings = impure(&member.name, &tree(&member.name, Some("all"))?);
    findings.extend(clocks(Path::new(&member.folder))?);
    Ok(findings)
}

/// The libraries that a crate is built with, by name, one a line.
///
/// `cargo metadata` cannot say: it resolves the whole workspace at once, where another member may
/// turn on features of this crate. `cargo tree` of one package turns on its default features alone.
/// Without a target it is the one of this machine; `all` includes a library that only Windows needs.
pub(super) fn tree(name: &str, target: Option<&str>) -> Result<String, Problem> {
    let mut command = cargo(&["tree", "--package", name, "--edges", "normal"]);
    command.args(target.into_iter().flat_map(|target| ["--target", target]));
    output(command.args(["--prefix", "none", "--format", "{lib}", "--locked"]))
}

fn impure(name: &str, tree: &str) -> Vec<String> {
    // What stands in the tree a second time is marked with a star.
    let libraries = tree.lines().map(|line| line.trim_end_matches(" (*)").replace('_', "-"));
    let found: BTreeSet<_> = libraries.filter(|library| IMPURE.contains(&library.as_str())).collect();
    found.into_iter().map(|library| format!("{name} is pure, and {library} is below it")).collect()
}

fn clocks(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut findings = Vec::new();
    let files = rust_files()?;
    let in_crate = |file: &Path| root().join(file).starts_with(folder.join("src"));
    for file in files.iter().filter(|file| in_crate(file) && *file != Path::new(STORE_CLOCK)) {
        let text = std::fs::read_to_string(root().join(file))?;
        for clock in CLOCKS.iter().filter(|clock| text.contains(**clock)) {
            findings.push(format!("{} is pure, and asks {clock}", file.display()));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_below_a_pure_crate_is_found() {
        assert_eq!(impure("a", "serde\nhyper_util\ntokio\ntokio (*)\n").len(), 2);
        assert!(impure("a", "serde\ntower_service\n\n").is_empty());
    }
}
