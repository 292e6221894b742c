//! `cargo xtask fuzz`: bytes that nobody thought of, for every target in `fuzz/`.

use std::process::Command;

use crate::shell::{Problem, root, run as run_command};

/// How long each target runs when nothing is said.
const SECONDS: &str = "60";
/// Longest input. A list of a hundred charges is longer, but has nothing that a list of three has not.
const MAX_LENGTH: &str = "-max_len=16384";

pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let (mut named, mut seconds) = (Vec::new(), SECONDS);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--seconds" => {
                seconds = options.next().ok_or_else(|| Problem::new("--seconds needs a number"))?
            }
            target => named.push(target.to_owned()),
        }
    }
    if seconds.parse::<u32>().is_err() {
        return Err(Problem::new(format!("`{seconds}` is no number of seconds")));
    }
    let targets = chosen(named, &targets()?)?;
    if !Command::new("cargo").args(["+nightly", "fuzz", "--version"]).output()?.status.success() {
        let install = "rustup toolchain install nightly; cargo install cargo-fuzz --locked";
        return Err(Problem::new(format!("fuzzing needs a nightly compiler and cargo-fuzz: {install}")));
    }
    for target in &targets {
        // What is found goes into the first folder, so that the seeds stay as they are.
        let (corpus, seeds) = (format!("corpus/{target}"), format!("seeds/{target}"));
        std::fs::create_dir_all(root().join("fuzz").join(&corpus))?;
        // With the address sanitizer, which is cargo-fuzz's own choice. It is several times slower,
        // but what is below us has unsafe code that ours may lead astray.
        let mut fuzz = Command::new("cargo");
        fuzz.args(["+nightly", "fuzz", "run", target, &corpus, &seeds, "--"]);
        fuzz.args(["-dict=json.dict", MAX_LENGTH, "-timeout=10", &format!("-max_total_time={seconds}")]);
        run_command(fuzz.current_dir(root().join("fuzz")))?;
    }
    println!("fuzz: {} targets, {seconds} s each, nothing found", targets.len());
    Ok(())
}

/// Every target there is, by name.
fn targets() -> Result<Vec<String>, Problem> {
    let files = std::fs::read_dir(root().join("fuzz/fuzz_targets"))?;
    let mut targets = Vec::new();
    for file in files {
        let name = file?.file_name().to_string_lossy().into_owned();
        targets.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    targets.sort();
    Ok(targets)
}

/// The targets that are named, or all.
fn chosen(named: Vec<String>, all: &[String]) -> Result<Vec<String>, Problem> {
    if named.is_empty() {
        return Ok(all.to_vec());
    }
    match named.iter().find(|name| !all.contains(name)) {
        Some(unknown) => Err(Problem::new(format!("`{unknown}` is no target; there are {}", all.join(", ")))),
        None => Ok(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_those_that_are_there() {
        let all = targets().expect("the folder");
        for needed in ["api_error", "charge", "decoders", "event", "list", "money"] {
            assert!(all.iter().any(|target| target == needed), "{needed}");
        }
        for target in &all {
            assert!(root().join("fuzz/seeds").join(target).is_dir(), "{target} has no seeds");
        }
    }

    #[test]
    fn a_target_that_is_not_there_is_refused() {
        let all = ["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(Vec::new(), &all).expect("all"), all);
        assert_eq!(chosen(vec!["b".to_owned()], &all).expect("one"), ["b"]);
        assert!(chosen(vec!["c".to_owned()], &all).is_err());
    }
}
