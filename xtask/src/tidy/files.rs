//! Sizes of files, first lines, and forbidden text.
//!
//! Files are named from the root. A rule must not look at the folders above it, or it would judge
//! by where the project is kept.

use std::path::{Path, PathBuf};

use crate::shell::{Problem, git, root};

/// Most lines of a Rust file: one noun fits.
const MAX_LINES: usize = 400;
/// Most bytes of any file.
const MAX_BYTES: usize = 1024 * 1024;
/// Marks of unfinished work. An issue says more.
const UNFINISHED: [&str; 4] = ["TODO", "FIXME", "XXX", "todo!"];

/// The files git tracks, and those it would.
pub(crate) fn tracked() -> Result<Vec<PathBuf>, Problem> {
    // Ended by zeros, since git puts unusual names in quotes otherwise.
    let list = git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let files = list.split_terminator('\0').map(PathBuf::from);
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

/// The Rust files among them.
pub(crate) fn rust_files() -> Result<Vec<PathBuf>, Problem> {
    Ok(tracked()?.into_iter().filter(|file| is_rust(file)).collect())
}

pub(super) fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
}

/// Whether a file is larger than anything that is written or recorded by hand.
pub(super) fn too_large(file: &Path, bytes: usize) -> Option<String> {
    (bytes > MAX_BYTES).then(|| format!("{} has {bytes} bytes, more than {MAX_BYTES}", file.display()))
}

/// Faults of a file's text.
pub(super) fn check(file: &Path, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let name = file.display();
    // Recorded and made files are as they are.
    let data = !is_rust(file) && file.iter().any(|part| part == "data");
    // A patch ends with a space where the line of its surroundings is empty.
    let patch = file.extension().is_some_and(|extension| extension == "patch");
    if data || patch || file.iter().any(|part| part == "snapshots") || file == Path::new("Cargo.lock") {
        return findings;
    }
    if let Some(line) = text.lines().position(|line| line.ends_with([' ', '\t'])) {
        findings.push(format!("{name}:{} ends with a space", line + 1));
    }
    if !is_rust(file) {
        return findings;
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        findings.push(format!("{name} has {lines} lines, more than {MAX_LINES}"));
    }
    if !text.starts_with("//! ") {
        findings.push(format!("{name} does not begin with `//!` and what it is for"));
    }
    // This file has to name them.
    if file != Path::new("xtask/src/tidy/files.rs") {
        for word in UNFINISHED.iter().filter(|word| text.contains(**word)) {
            findings.push(format!("{name} has a {word}: write an issue, or do it"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(name: &str, text: &str, expected: &[&str]) {
        assert_eq!(check(Path::new(name), text), expected);
    }

    #[test]
    fn a_file_begins_by_saying_what_it_is_for() {
        check_text("a.rs", "//! Something.\n", &[]);
        check_text("a.rs", "fn a() {}\n", &["a.rs does not begin with `//!` and what it is for"]);
        check_text("a.md", "Text.\n", &[]);
    }

    #[test]
    fn a_file_is_not_too_long() {
        let long = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        check_text("a.rs", &long(MAX_LINES), &[]);
        check_text("a.rs", &long(MAX_LINES + 1), &["a.rs has 401 lines, more than 400"]);
    }

    #[test]
    fn nothing_is_left_to_come_back_to() {
        check_text("a.rs", "//! TODO: all of it.\n", &["a.rs has a TODO: write an issue, or do it"]);
        check_text("a.md", "One \nTwo\n", &["a.md:1 ends with a space"]);
        check_text("snapshots/a.snap", "One \nTwo\n", &[]);
        check_text("data/a.json", "{} \n", &[]);
        check_text("data/a.rs", "//! A. \n", &["data/a.rs:1 ends with a space"]);
    }

    #[test]
    fn a_file_is_not_too_large() {
        assert_eq!(too_large(Path::new("a.png"), MAX_BYTES), None);
        assert!(too_large(Path::new("a.png"), MAX_BYTES + 1).is_some());
    }
}
