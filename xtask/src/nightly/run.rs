//! Runs the parts, one after another.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::parts::{PARTS, Part};
use crate::shell::{self, Problem, cargo, root};
use crate::steps::Steps;

/// Runs the named part, or all. A part that fails does not keep the others from running.
///
/// # Errors
/// If the part is unknown, or a part fails or takes too long.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let parts: Vec<&Part> = match options {
        [] => PARTS.iter().collect(),
        [name] => PARTS.iter().filter(|part| part.name == *name).collect(),
        _ => Vec::new(),
    };
    if parts.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        return Err(Problem::new(format!("cargo xtask nightly [PART], where PART is {}", names.join(", "))));
    }
    let reports = root().join("target/tmp/faults");
    // Reports of an earlier run.
    let _ = fs::remove_dir_all(&reports);
    let (targets, mut steps, mut findings) = (fuzz_targets()?, Steps::default(), Vec::new());
    for part in parts {
        let result = steps.run(part.name, || run_part(part, &targets));
        findings.extend(result.err().map(|problem| format!("{}: {problem}", part.name)));
        let minutes = part.max_minutes();
        if steps.last_seconds() > f64::from(minutes * 60) {
            findings.push(format!("{} took more than {minutes} minutes", part.name));
        }
    }
    print_reports(&reports)?;
    steps.print();
    Problem::of("nightly", &findings)
}

fn run_part(part: &Part, targets: &[String]) -> Result<(), Problem> {
    for words in part.commands(targets, day()) {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let mut command = match words.as_slice() {
            // The toolchain is chosen by rustup's cargo, which the variable `CARGO` does not name.
            ["cargo", arguments @ ..] if arguments[0].starts_with('+') => {
                let mut command = Command::new("cargo");
                command.args(arguments).current_dir(root().join("fuzz"));
                command
            }
            ["cargo", arguments @ ..] => cargo(arguments),
            _ => return Err(Problem::new(format!("{} does not begin with cargo", words.join(" ")))),
        };
        shell::run(command.envs(part.variable()))?;
    }
    Ok(())
}

/// Every fuzz target, by name. Each has a folder for the inputs it finds.
fn fuzz_targets() -> Result<Vec<String>, Problem> {
    let fuzz = root().join("fuzz");
    let mut targets = Vec::new();
    for file in fs::read_dir(fuzz.join("fuzz_targets"))? {
        let name = file?.file_name().to_string_lossy().into_owned();
        targets.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    targets.sort();
    for target in &targets {
        fs::create_dir_all(fuzz.join("corpus").join(target))?;
    }
    Ok(targets)
}

/// Days since 1970.
fn day() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |elapsed| elapsed.as_secs() / 86_400)
}

/// Prints the figures that the tests wrote down.
fn print_reports(folder: &Path) -> Result<(), Problem> {
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let name = file.path().with_extension("");
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        print!("{name:<26} {}", fs::read_to_string(file.path())?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_part_is_refused() {
        assert!(run(&["naps"]).is_err());
        assert!(run(&["model", "world"]).is_err());
    }

    #[test]
    fn every_fuzz_target_has_seeds() {
        let targets = fuzz_targets().expect("the folder");
        for needed in ["api_error", "charge", "decoders", "event", "list", "money"] {
            assert!(targets.iter().any(|target| target == needed), "{needed}");
        }
        for target in &targets {
            assert!(root().join("fuzz/seeds").join(target).is_dir(), "{target} has no seeds");
        }
    }
}
