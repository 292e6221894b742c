//! The task.

use std::fs;
use std::path::Path;

use super::sample::{exactly, sample};
use super::subject::{Round, SUBJECTS, Subject};
use crate::shell::{self, Problem, cargo, root};

/// Mutates a subject and prints the mutants that no test has caught.
///
/// # Errors
/// If an option is unknown, `cargo mutants` cannot run, or too few mutants were caught.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let (name, size, seed) = match options {
        [name] => (name, None, 0),
        [name, "--sample", size] => (name, Some(size.parse()?), 0),
        [name, "--seed", seed] => (name, None, seed.parse()?),
        [name, "--sample", size, "--seed", seed] => (name, Some(size.parse()?), seed.parse()?),
        _ => return Err(usage()),
    };
    let subject = SUBJECTS.iter().find(|subject| subject.name == *name).ok_or_else(usage)?;
    let all = list(subject)?;
    let chosen = sample(all.clone(), size.or(subject.sample), seed);
    println!("mutants: {} of {} mutants of {}, seed {seed}", chosen.len(), all.len(), subject.name);
    if chosen.is_empty() {
        return Err(usage());
    }
    let (mut counts, mut left) = (Counts::default(), chosen);
    for (number, round) in subject.rounds.iter().enumerate() {
        let folder = root().join("target/mutants").join(format!("{name}-{number}"));
        test(subject, round, &left, &folder)?;
        let read = |file: &str| lines(&folder.join("mutants.out").join(file));
        counts.unviable += read("unviable.txt").len();
        counts.caught += read("caught.txt").len() + read("timeout.txt").len();
        left = read("missed.txt");
        println!("mutants: round {number}: {} left", left.len());
        if left.is_empty() {
            break;
        }
    }
    counts.judge(subject, &left)
}

fn usage() -> Problem {
    let names: Vec<_> = SUBJECTS.iter().map(|subject| subject.name).collect();
    Problem::new(format!("cargo xtask mutants {} [--sample N] [--seed S]", names.join("|")))
}

/// The mutants found so far.
#[derive(Debug, Default)]
struct Counts {
    caught: usize,
    /// They do not compile.
    unviable: usize,
}

impl Counts {
    fn judge(&self, subject: &Subject, missed: &[String]) -> Result<(), Problem> {
        let all = self.caught + missed.len();
        let line = format!("{} of {all} caught, {} do not compile", self.caught, self.unviable);
        println!("mutants: {}: {line}", subject.name);
        for mutant in missed {
            println!("  {mutant}");
        }
        if all == 0 {
            return Err(Problem::new("no mutant was tested"));
        }
        if self.caught * 100 < subject.caught * all {
            return Err(Problem::new(format!("{line}, which is less than {} in 100", subject.caught)));
        }
        Ok(())
    }
}

/// All mutants of a subject, apart from the accepted ones.
fn list(subject: &Subject) -> Result<Vec<String>, Problem> {
    let mut arguments = vec!["mutants", "--list"];
    arguments.extend(subject.files.iter().flat_map(|files| ["--file", files]));
    let found = shell::output(&mut cargo(&arguments))?;
    let mutants: Vec<_> = found.lines().map(str::to_owned).collect();
    if mutants.is_empty() { Err(Problem::new("there are no mutants")) } else { Ok(mutants) }
}

/// Runs the tests of a round against each mutant.
fn test(subject: &Subject, round: &Round, mutants: &[String], folder: &Path) -> Result<(), Problem> {
    let mut command = cargo(&["mutants", "--no-shuffle", "--output"]);
    // Files of an earlier run.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    command.arg(folder);
    for files in subject.files {
        command.args(["--file", files]);
    }
    for package in round.packages {
        command.args(["--test-package", package]);
    }
    for mutant in mutants {
        command.arg("--re").arg(exactly(mutant));
    }
    command.arg("--").args(round.binaries);
    // What the libraries of others become is the same in each copy of the tree.
    command.env("CARGO_TARGET_DIR", root().join("target/mutants/build"));
    let status = command.status()?;
    // 2 is a mutant that was missed, 3 one whose tests took too long.
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        _ => Err(Problem::new(format!("cargo mutants: {status}"))),
    }
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_must_be_caught() {
        let subject = SUBJECTS.iter().find(|subject| subject.name == "types").expect("a subject");
        let missed = vec!["a mutant".to_owned(); 5];
        assert!(Counts { caught: 95, unviable: 7 }.judge(subject, &missed).is_ok());
        assert!(Counts { caught: 94, unviable: 7 }.judge(subject, &missed).is_err());
        assert!(Counts::default().judge(subject, &[]).is_err(), "nothing was tested");
    }

    #[test]
    fn an_unknown_subject_is_refused() {
        assert!(run(&["weather"]).is_err());
        assert!(run(&["types", "--days", "3"]).is_err());
    }

    /// A file that was renamed would be left out without a word.
    #[test]
    fn every_file_of_a_subject_exists() {
        for files in SUBJECTS.iter().flat_map(|subject| subject.files) {
            let Some((folder, rest)) = files.split_once('{') else {
                assert!(root().join(files.trim_end_matches("/**")).is_dir(), "{files}");
                continue;
            };
            let (names, end) = rest.split_once('}').expect("a closing brace");
            for name in names.split(',') {
                assert!(root().join(format!("{folder}{name}{end}")).is_file(), "{folder}{name}{end}");
            }
        }
    }
}
