//! Applies all rules to every file that git would take.

use super::prose::Prose;
use super::{documents, files, names, roots};
use crate::shell::{Problem, root};

/// # Errors
/// If a file breaks a rule, or an option is unknown.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let counts = match options {
        [] => false,
        ["--counts"] => true,
        _ => return Err(Problem::new("cargo xtask tidy [--counts]")),
    };
    let (mut findings, mut prose) = (Vec::new(), Prose::default());
    let files = files::tracked()?;
    for file in &files {
        let bytes = std::fs::read(root().join(file))?;
        findings.extend(files::too_large(file, bytes.len()));
        // No other rule applies to a binary file.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        findings.extend(files::check(file, &text));
        prose.add(file, &text);
        if files::is_rust(file) {
            findings.extend(roots::check(file, &text));
        }
    }
    if counts {
        prose.print();
        return Ok(());
    }
    findings.extend(documents::check()?);
    findings.extend(names::check()?);
    findings.extend(prose.findings());
    Problem::of("tidy", &findings)?;
    println!("tidy: {} files are in order", files.len());
    Ok(())
}
