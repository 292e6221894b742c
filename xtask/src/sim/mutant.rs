//! Faults that were mended, put back one at a time: each must be found by the simulation.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::programs;
use crate::shell::{Problem, cargo, git, output, root};

/// A folder of patches, each of which puts one fault back. The text above its first file says which.
fn folder() -> PathBuf {
    root().join("tests/sim/mutants")
}

/// Searches `seeds` seeds from `from` for each of the mutants, and prints the first seed that finds it.
///
/// # Errors
/// If there is no such mutant, it does not build, or no seed finds it.
pub(super) fn find(name: &str, seeds: &str, from: &str) -> Result<(), Problem> {
    let names = match name {
        "all" => names()?,
        name => vec![name.to_owned()],
    };
    let (mut table, mut findings) = (Vec::new(), Vec::new());
    for name in names {
        match first_seed(&name, seeds, from) {
            Ok(found) => table.push(format!("{name:<24} {found}")),
            Err(problem) => findings.push(format!("{name}: {problem}")),
        }
    }
    table.iter().for_each(|line| println!("{line}"));
    Problem::of("mutants that no seed has found", &findings)
}

/// The names of all mutants, in order.
fn names() -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for file in fs::read_dir(folder())? {
        let file = file?.file_name().to_string_lossy().into_owned();
        names.extend(file.strip_suffix(".patch").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Builds the simulation with the fault, and has it search.
fn first_seed(name: &str, seeds: &str, from: &str) -> Result<String, Problem> {
    let patch = folder().join(format!("{name}.patch"));
    if !patch.is_file() {
        return Err(Problem::new(format!("no mutant has this name; they are: {}", names()?.join(", "))));
    }
    let tree = copied_tree()?;
    apply(&fs::read(&patch)?, &tree, &[])?;
    let mut build = cargo(&["build", "--package", "kakaopay-sim", "--bin", "sim", "--locked"]);
    build.args(["--message-format", "json-render-diagnostics", "--target-dir"]);
    build.arg(root().join("target/sim-mutants/target")).current_dir(&tree).stderr(Stdio::inherit());
    let sim = programs::find("sim", &output(&mut build)?)?;
    let found = output(Command::new(sim).args(["--find", seeds, "--from", from]))?;
    Ok(found.trim_end().to_owned())
}

/// A copy of the project as it is now, apart from files that git does not know.
fn copied_tree() -> Result<PathBuf, Problem> {
    let tree = root().join("target/sim-mutants/tree");
    let head = git(&["rev-parse", "HEAD"])?;
    if tree.is_dir() {
        output(in_tree(&tree).args(["checkout", "--force", "--quiet", "--detach", head.trim()]))?;
    } else {
        // A tree that was deleted by hand is still known to git.
        git(&["worktree", "prune"])?;
        git(&["worktree", "add", "--detach", &tree.to_string_lossy(), head.trim()])?;
    }
    let changes = git(&["diff", "--binary", "HEAD"])?;
    if !changes.is_empty() {
        apply(changes.as_bytes(), &tree, &[])?;
    }
    Ok(tree)
}

fn in_tree(tree: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(tree);
    command
}

/// Applies a patch, also where lines have moved or their surroundings have changed a little. With `--check` among the
/// options it only says whether it could.
fn apply(patch: &[u8], tree: &Path, options: &[&str]) -> Result<(), Problem> {
    let mut command = in_tree(tree);
    command.args(["apply", "--recount", "-C1"]).args(options).stdin(Stdio::piped());
    let mut child = command.spawn()?;
    // Dropped at the end of the statement, which ends the patch.
    child.stdin.take().map_or(Ok(()), |mut input| input.write_all(patch))?;
    if child.wait()?.success() {
        return Ok(());
    }
    Err(Problem::new("the patch does not fit the code: make it again with `git diff`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mutant_fits_the_code_and_says_its_fault() {
        let names = names().expect("the folder");
        assert!(!names.is_empty());
        for name in names {
            let patch = fs::read_to_string(folder().join(format!("{name}.patch"))).expect("a patch");
            apply(patch.as_bytes(), &root(), &["--check"])
                .unwrap_or_else(|problem| panic!("{name}: {problem}"));
            let words = patch.split("diff --git").next().unwrap_or_default();
            assert!(
                words.starts_with(&name[..1].to_uppercase()),
                "{name} does not begin with its row: {words}"
            );
        }
    }

    #[test]
    fn a_patch_that_does_not_fit_is_refused() {
        let patch = b"diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,1 +1,1 @@\n-no such line\n+x\n";
        assert!(apply(patch, &root(), &["--check"]).is_err());
    }

    #[test]
    fn an_unknown_mutant_is_refused() {
        let problem = first_seed("f00-nothing", "1", "0").expect_err("no such mutant").to_string();
        assert!(problem.contains("no mutant has this name"), "{problem}");
    }
}
