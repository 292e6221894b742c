//! What a test that injects faults has counted, for `cargo xtask nightly`.

use std::path::Path;

/// Writes a line of figures where the task finds it. `folder` is the test's `CARGO_TARGET_TMPDIR`.
///
/// # Panics
/// If it cannot be written.
pub fn report(folder: &str, name: &str, figures: &str) {
    let folder = Path::new(folder).join("faults");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}.txt")), format!("{figures}\n")).expect("a file");
}

/// How often a fault is injected: what the variable says, or as often as a test has time for.
///
/// # Panics
/// If the variable is no number.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
pub fn times(variable: &str, otherwise: u32) -> u32 {
    std::env::var(variable).map_or(otherwise, |times| times.parse().expect("a number"))
}
