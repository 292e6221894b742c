//! Sizes of files, first lines, and what must stand in none of them.

use std::path::{Path, PathBuf};

use crate::shell::{Problem, git, root};

/// Most lines of a Rust file: one noun fits.
const MAX_LINES: usize = 400;
/// Most bytes of any file.
const MAX_BYTES: usize = 1024 * 1024;
/// What is written to come back to. Whoever meets it cannot know what was meant.
const UNFINISHED: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// The files git tracks, and those it would.
pub(crate) fn tracked() -> Result<Vec<PathBuf>, Problem> {
    let list = git(&["ls-files", "--cached", "--others", "--exclude-standard"])?;
    let files = list.lines().map(|file| root().join(file));
    Ok(files.filter(|file| file.is_file()).collect())
}

/// The Rust files among them.
pub(crate) fn rust_files() -> Result<Vec<PathBuf>, Problem> {
    let rust = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "rs");
    Ok(tracked()?.into_iter().filter(rust).collect())
}

/// What is wrong with a file.
pub(super) fn check(file: &Path, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let name = file.strip_prefix(root()).unwrap_or(file).display();
    if text.len() > MAX_BYTES {
        findings.push(format!("{name} is larger than {MAX_BYTES} bytes"));
    }
    // Recorded and made files are as they are.
    let made =
        file.iter().any(|part| part == "snapshots" || part == "data") || name.to_string() == "Cargo.lock";
    if made {
        return findings;
    }
    if let Some(line) = text.lines().position(|line| line.ends_with([' ', '\t'])) {
        findings.push(format!("{name}:{} ends with a space", line + 1));
    }
    if file.extension().is_none_or(|extension| extension != "rs") {
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
    if !file.ends_with("tidy/files.rs") {
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
    }
}
