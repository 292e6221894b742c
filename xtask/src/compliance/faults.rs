//! Each fault and invariant that a test name begins with is listed in `FAULTS.md`, and each that is listed has a test.

use std::collections::BTreeSet;

use crate::shell::{Problem, root};
use crate::tidy::rust_files;

/// Where the ids are explained.
const TABLE: &str = "FAULTS.md";
/// Heading of the ids without a test.
const UNTESTED: &str = "## Not yet tested";

/// The ids of the table, by whether they stand under the heading of those without a test.
#[derive(Debug, Default, PartialEq)]
struct Listed<'a> {
    tested: Vec<&'a str>,
    untested: Vec<&'a str>,
}

/// Reports ids that are missing or misplaced, and counts the ids of the table.
pub(super) fn check() -> Result<(Vec<String>, usize), Problem> {
    let table = std::fs::read_to_string(root().join(TABLE))?;
    let mut tested = BTreeSet::new();
    for file in rust_files()? {
        tested.extend(ids_of_tests(&std::fs::read_to_string(root().join(file))?));
    }
    let listed = listed(&table);
    Ok((findings(&listed, &tested), listed.tested.len() + listed.untested.len()))
}

/// The ids in the first column of the tables.
fn listed(table: &str) -> Listed<'_> {
    let mut listed = Listed::default();
    let mut untested = false;
    for line in table.lines() {
        if line.starts_with('#') {
            untested = line == UNTESTED;
        }
        let cell = line.strip_prefix("| ").and_then(|row| row.split(' ').next());
        if let Some(id) = cell.filter(|cell| is_id(cell)) {
            if untested { listed.untested.push(id) } else { listed.tested.push(id) }
        }
    }
    listed
}

fn findings(listed: &Listed<'_>, tested: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let all: Vec<_> = listed.tested.iter().chain(&listed.untested).collect();
    let mut seen = BTreeSet::new();
    findings.extend(all.iter().filter(|id| !seen.insert(**id)).map(|id| format!("{TABLE} lists {id} twice")));
    let unlisted = tested.iter().filter(|id| !seen.contains(&id.as_str()));
    findings.extend(unlisted.map(|id| format!("{TABLE} does not list {id}, which a test name begins with")));
    let without = listed.tested.iter().filter(|id| !tested.contains(**id));
    findings.extend(without.map(|id| format!("{id} has no test: move it under \"{UNTESTED}\"")));
    let with = listed.untested.iter().filter(|id| tested.contains(**id));
    findings.extend(with.map(|id| format!("{id} has a test: move it out of \"{UNTESTED}\"")));
    findings
}

/// `F01` or `I1`.
fn is_id(text: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix('F').is_some_and(|digits| digits.len() == 2 && is_number(digits))
        || text.strip_prefix('I').is_some_and(|digits| digits.len() <= 2 && is_number(digits))
}

/// The ids that names of functions begin with. By lines, as no parser sees into `proptest!`; a function of a
/// conformance suite is made a test elsewhere.
fn ids_of_tests(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
        let Some((before, name)) = line.split_once("fn ") else { continue };
        if before.is_empty() || before.ends_with(' ') {
            let name =
                name.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or_default();
            let parts = name.split('_').map(str::to_uppercase);
            ids.extend(parts.take_while(|part| is_id(part)));
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| Id | Fault |\n|---|---|\n| I1 | Sum. |\n| F02 | Order. |\n\n## Not yet tested\n\n| F04 | Late. |\n";

    #[track_caller]
    fn check_names(text: &str, expected: &[&str]) {
        let tested = ids_of_tests(text).into_iter().collect();
        assert_eq!(findings(&listed(TABLE), &tested), expected, "{text}");
    }

    #[test]
    fn ids_are_read_from_names_of_tests() {
        let text = "fn f10_f22_i3_lost() {}\n    pub async fn i10_f01_x() {}\n// fn f02_x\nfn file() { f03_x() }\nfn i() {}";
        assert_eq!(ids_of_tests(text), ["F10", "F22", "I3", "I10", "F01"]);
        assert!(ids_of_tests("let defn f10_x;\nfn a_f10_x() {}\nfn f1_x() {}\nfn f100_x() {}").is_empty());
    }

    #[test]
    fn the_table_and_the_tests_agree() {
        check_names("fn i1_x() {}\nfn f02_x() {}", &[]);
        let found = "F04 has a test: move it out of \"## Not yet tested\"";
        check_names("fn i1_f02_x() {}\nfn f04_x() {}", &[found]);
        check_names("fn i1_x() {}", &["F02 has no test: move it under \"## Not yet tested\""]);
        let found = "FAULTS.md does not list F09, which a test name begins with";
        check_names("fn i1_f02_f09_x() {}", &[found]);
    }

    #[test]
    fn an_id_is_listed_once() {
        let table = "| F01 | a |\n## Not yet tested\n| F01 | b |\n";
        assert!(findings(&listed(table), &BTreeSet::new()).contains(&"FAULTS.md lists F01 twice".to_owned()));
    }
}
