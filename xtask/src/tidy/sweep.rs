//! One pass of all the rules over everything git would take.

use super::{documents, files, functions, macs};
use crate::shell::{Problem, root};

pub(crate) fn run() -> Result<(), Problem> {
    let mut findings = Vec::new();
    let files = files::tracked()?;
    for file in &files {
        let bytes = std::fs::read(root().join(file))?;
        findings.extend(files::too_large(file, bytes.len()));
        // What is not text has nothing more to be judged by.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        findings.extend(files::check(file, &text));
        if files::is_rust(file) {
            findings.extend(functions::check(file, &text));
            findings.extend(macs::check(file, &text));
        }
    }
    findings.extend(documents::check()?);
    Problem::of("tidy", &findings)?;
    println!("tidy: {} files are in order", files.len());
    Ok(())
}
