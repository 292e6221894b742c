//! `cargo xtask tidy`: what a reader relies on and no compiler checks.

mod documents;
mod files;
mod functions;

pub(crate) use files::rust_files;

use crate::shell::Problem;

pub(crate) fn run() -> Result<(), Problem> {
    let mut findings = Vec::new();
    let files = files::tracked()?;
    for file in &files {
        // What is not text is nobody's to read.
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        findings.extend(files::check(file, &text));
        if file.extension().is_some_and(|extension| extension == "rs") {
            findings.extend(functions::check(file, &text));
        }
    }
    findings.extend(documents::check()?);
    Problem::of("tidy", &findings)?;
    println!("tidy: {} files are in order", files.len());
    Ok(())
}
