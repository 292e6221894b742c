//! Each statement of the guide has a test, and the test exists.

use crate::shell::{Problem, root};

/// Where the statements stand.
const TABLE: &str = "COMPLIANCE.md";

/// A row of the table.
#[derive(Debug, PartialEq)]
struct Statement<'a> {
    number: &'a str,
    text: &'a str,
    tests: Vec<&'a str>,
}

/// Reports faults of the table, and counts its statements.
pub(super) fn check() -> Result<(Vec<String>, usize), Problem> {
    let table = std::fs::read_to_string(root().join(TABLE))?;
    let statements = statements(&table);
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    Ok((findings(&statements, read), statements.len()))
}

/// The rows of the table, which begin with a number such as `G1`.
fn statements(table: &str) -> Vec<Statement<'_>> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| G").map(|_| &line[2..]));
    rows.map(|row| {
        let mut cells = row.splitn(3, " |").map(str::trim);
        let (number, text) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        // What stands in code quotes in the last cell.
        let tests = cells.next().unwrap_or_default().split('`').skip(1).step_by(2).collect();
        Statement { number, text, tests }
    })
    .collect()
}

fn findings(statements: &[Statement<'_>], read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut findings = Vec::new();
    if statements.is_empty() {
        findings.push(format!("{TABLE} has no statements"));
    }
    for (index, statement) in statements.iter().enumerate() {
        let expected = format!("G{}", index + 1);
        if statement.number != expected {
            findings.push(format!("{} stands where {expected} should", statement.number));
        }
        if statement.text.is_empty() {
            findings.push(format!("{} says nothing", statement.number));
        }
        if statement.tests.is_empty() {
            findings.push(format!("{} has no test", statement.number));
        }
        let missing = statement.tests.iter().filter(|test| !exists(test, &read));
        findings.extend(missing.map(|test| format!("{}: there is no test {test}", statement.number)));
    }
    findings
}

/// Whether `path/to/file.rs::name` is a test.
fn exists(test: &str, read: impl Fn(&str) -> Option<String>) -> bool {
    test.split_once("::").is_some_and(|(path, name)| read(path).is_some_and(|text| has_test(&text, name)))
}

/// Whether a file has a function of that name with a test's attribute above it. By its lines, since
/// a parser does not see into `proptest!`.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = format!("fn {name}(");
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with(&begins) || line.contains(&format!(" {begins}")))
        .any(|(at, _)| {
            let above =
                lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
            above.clone().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
                && !above.clone().any(|line| line.starts_with("#[ignore"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "#[test]\nfn one() {}\n\nproptest! {\n    /// Two.\n    #[test]\n    fn two(a in 0..1) {}\n}\n\
                        #[tokio::test(start_paused = true)]\nasync fn three() {}\n\nfn helper() {}\n\
                        #[test]\n#[ignore]\nfn never() {}\n";

    #[track_caller]
    fn check_table(table: &str, expected: &[&str]) {
        let read = |path: &str| (path == "a.rs").then(|| FILE.to_owned());
        assert_eq!(findings(&statements(table), read), expected);
    }

    #[test]
    fn a_statement_with_tests_is_good() {
        check_table(
            "| No. |\n|---|\n| G1 | It `does`. | `a.rs::one`, `a.rs::two` |\n| G2 | So. | `a.rs::three` |\n",
            &[],
        );
    }

    #[test]
    fn what_is_missing_is_found() {
        check_table("no table", &["COMPLIANCE.md has no statements"]);
        check_table("| G1 | It does. | |\n", &["G1 has no test"]);
        check_table("| G1 | It does. | one day |\n", &["G1 has no test"]);
        check_table("| G2 | It does. | `a.rs::one` |\n", &["G2 stands where G1 should"]);
        check_table("| G1 |  | `a.rs::one` |\n", &["G1 says nothing"]);
        for test in ["a.rs::helper", "a.rs::never", "a.rs::on", "b.rs::one", "one"] {
            check_table(
                &format!("| G1 | It does. | `{test}` |\n"),
                &[&format!("G1: there is no test {test}")],
            );
        }
    }
}
