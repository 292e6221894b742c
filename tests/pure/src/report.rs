//! Figures of tests that inject faults, for `cargo xtask nightly`.

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

/// How often to inject a fault: the value of the environment variable, or a default that keeps the test short.
///
/// # Panics
/// If the variable is not a positive number: a test that injects nothing proves nothing.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
pub fn times(variable: &str, otherwise: u32) -> u32 {
    let times = std::env::var(variable).map_or(otherwise, |times| times.parse().expect("a number"));
    assert!(times > 0, "{variable} is 0");
    times
}

/// Whether to search every state and every order, which takes minutes: `KAKAOPAY_EXHAUSTIVE` is set.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
pub fn is_exhaustive() -> bool {
    std::env::var_os("KAKAOPAY_EXHAUSTIVE").is_some()
}
