//! `cargo xtask mutants PACKAGE [OPTION…]`: does a test fail whenever the code is changed?
//!
//! Options go to cargo-mutants as they are: `--shard 0/4` takes a quarter. It takes hours, and is no
//! part of `ci`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::shell::{self, Problem, cargo, root};

/// What is mutated, which tests look at each mutant, and which slower ones at those that are left then.
/// The model checker looks at none: it would take an hour.
const PACKAGES: &[(&str, [Round; 2])] = &[(
    "kakaopay-flows",
    [
        Round {
            tests: "flows",
            only: &["--skip=permutations::", "--skip=world::"],
            quickly: true,
            seconds: 20,
        },
        Round {
            tests: "flows",
            only: &["permutations::", "properties::", "world::"],
            quickly: false,
            seconds: 300,
        },
    ],
)];

/// One look at the mutants.
struct Round {
    /// The target in `tests` whose tests are run.
    tests: &'static str,
    /// Which of them.
    only: &'static [&'static str],
    /// Whether to compile without optimisation, because that takes longer than the tests do.
    quickly: bool,
    /// How long a mutant's tests may take: many times what they take, since one that takes longer counts as
    /// caught.
    seconds: u32,
}

/// Of a hundred mutants, as many must be caught at least.
const LEAST: usize = 95;

pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let Some((package, options)) = options.split_first() else {
        return Err(Problem::new("cargo xtask mutants PACKAGE [OPTION…]"));
    };
    let found = PACKAGES.iter().find(|(name, _)| name == package);
    let (package, rounds) = found.ok_or_else(|| Problem::new(format!("`{package}` is not set up for it")))?;
    let root = root();
    let out = root.join("target/mutants");
    fs::create_dir_all(&out)?;
    let book = out.join(format!("{package}.json"));
    for (number, round) in rounds.iter().enumerate() {
        let settings = settings(package, round);
        // What fails without a mutant would catch every mutant. The tool's own look at that takes the
        // tests of the mutated package alone.
        let mut unchanged = cargo(&["test", "--package", package, "--package", "kakaopay-tests"]);
        shell::run(unchanged.args(&settings).arg("--").args(round.only))?;
        let mut command = cargo(&["mutants", "--package", package, "--test-package", package]);
        command.args(["--test-package", "kakaopay-tests", "--baseline=skip", "--output"]).arg(&out);
        command.arg(format!("--timeout={}", round.seconds));
        command.args(["--colors", "never"]);
        command.args(settings.iter().map(|setting| format!("--cargo-arg={setting}"))).args(options);
        if number > 0 && !options.contains(&"--iterate") {
            // Only those that nothing has caught yet.
            command.arg("--iterate");
        }
        // Of the two, the first is for this tool and the second for cargo.
        command.args(["--", "--"]).args(round.only);
        if round.quickly {
            // What a few cases do not catch is looked at again with all of them.
            command.env("PROPTEST_CASES", "48");
        }
        let status = command.status()?;
        if !has_tested(status.code()) {
            return Err(Problem::new(format!("cargo-mutants tested nothing ({status})")));
        }
        let outcomes = fs::read_to_string(out.join("mutants.out/outcomes.json"))?;
        let known = learned(&book, &serde_json::from_str(&outcomes)?)?;
        fs::write(&book, serde_json::to_string_pretty(&known)?)?;
    }
    let listed = shell::output(&mut cargo(&["mutants", "--package", package, "--list", "--json"]))?;
    let known = learned(&book, &Value::Null)?;
    let tally = Tally::of(&known, &serde_json::from_str(&listed)?)?;
    let reasons = reasons(&fs::read_to_string(survivors_file(&root, package)).unwrap_or_default());
    tally.judge(&reasons)
}

/// Which tests are built, and how: of what spans the crates only what the machines need.
fn settings(package: &str, round: &Round) -> Vec<String> {
    let mut settings =
        ["--lib", "--no-default-features", "--config=profile.dev.debug=0"].map(str::to_owned).to_vec();
    settings.push(format!("--test={}", round.tests));
    if round.quickly {
        let plain = |package| format!("--config=profile.dev.package.{package}.opt-level=0");
        settings.extend([package, "kakaopay-tests"].map(plain));
    }
    settings
}

/// Whether cargo-mutants has tested its mutants, as its manual says of its exit codes: all caught, some
/// missed, some timed out. Whether those that were missed are too many is for the tally to say. Anything
/// else is a tree whose tests fail without any mutant, or a call it did not understand.
fn has_tested(code: Option<i32>) -> bool {
    matches!(code, Some(0 | 2 | 3))
}

/// The file that says of each known survivor why it lives.
fn survivors_file(root: &Path, package: &str) -> std::path::PathBuf {
    root.join("crates").join(package).join("SURVIVORS.md")
}

/// The mutants a text names, in back quotes at the beginning of a line of a list.
fn reasons(text: &str) -> BTreeSet<String> {
    let named = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`'));
    named.map(|(name, _)| name.to_owned()).collect()
}

/// What became of each mutant, by its name and place: what an earlier run has found, and what this one has. A run
/// looks at what no run before has caught, so that no run alone knows all.
fn learned(book: &Path, outcomes: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let mut known: BTreeMap<String, String> = match fs::read_to_string(book) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => BTreeMap::new(),
    };
    for outcome in outcomes["outcomes"].as_array().into_iter().flatten() {
        let name = outcome["scenario"]["Mutant"]["name"].as_str();
        if let (Some(name), Some(summary)) = (name, outcome["summary"].as_str()) {
            known.insert(name.to_owned(), summary.to_owned());
        }
    }
    Ok(known)
}

/// What became of the mutants.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    caught: usize,
    survivors: Vec<String>,
    /// Those that no run has looked at: of another shard, or where the code has changed since.
    untested: usize,
}

impl Tally {
    /// Of the mutants there are, by what is known of them.
    fn of(known: &BTreeMap<String, String>, listed: &Value) -> Result<Self, Problem> {
        let listed = listed.as_array().ok_or_else(|| Problem::new("no list of mutants"))?;
        let mut tally = Self::default();
        for name in listed.iter().filter_map(|mutant| mutant["name"].as_str()) {
            match known.get(name).map(String::as_str) {
                Some("CaughtMutant" | "Timeout") => tally.caught += 1,
                Some("MissedMutant") => tally.survivors.push(without_place(name)),
                // What does not compile.
                Some(_) => {}
                None => tally.untested += 1,
            }
        }
        Ok(tally)
    }

    fn judge(&self, reasons: &BTreeSet<String>) -> Result<(), Problem> {
        let all = self.caught + self.survivors.len();
        if all == 0 {
            return Err(Problem::new("there was no mutant to test"));
        }
        println!("{} of {all} mutants caught", self.caught);
        if self.untested > 0 {
            println!("{} not tested yet", self.untested);
        }
        let mut unexplained = 0;
        for survivor in &self.survivors {
            let known = reasons.contains(survivor);
            println!("{} {survivor}", if known { "explained:  " } else { "unexplained:" });
            unexplained += usize::from(!known);
        }
        if self.caught * 100 < all * LEAST {
            return Err(Problem::new(format!("fewer than {LEAST} % were caught")));
        }
        if self.untested > 0 {
            return Err(Problem::new(
                "some are not tested yet: go on with --iterate, or with the other shards",
            ));
        }
        if unexplained > 0 {
            return Err(Problem::new(format!("{unexplained} survivors have no reason in SURVIVORS.md")));
        }
        Ok(())
    }
}

/// A mutant's name without line and column, which change with every edit above it.
fn without_place(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(what)) => format!("{file}:{what}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_survives_is_counted_and_named() {
        let mutant =
            |name: &str, summary: &str| json!({"scenario": {"Mutant": {"name": name}}, "summary": summary});
        let outcomes = json!({"outcomes": [
            {"scenario": "Baseline", "summary": "Success"},
            mutant("a.rs:1:2: replace x", "CaughtMutant"),
            mutant("a.rs:1:3: replace y", "Timeout"),
            mutant("a.rs:10:20: replace z::f with ()", "MissedMutant"),
            mutant("a.rs:4:5: replace w", "Unviable"),
            mutant("gone.rs:1:1: replace v", "MissedMutant"),
        ]});
        let known = learned(Path::new("no such file"), &outcomes).expect("read");
        let names = [
            "a.rs:1:2: replace x",
            "a.rs:1:3: replace y",
            "a.rs:10:20: replace z::f with ()",
            "a.rs:4:5: replace w",
        ];
        let listed: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        let tally = Tally::of(&known, &listed.clone().into()).expect("a tally");
        let survivors = vec!["a.rs: replace z::f with ()".to_owned()];
        assert_eq!(tally, Tally { caught: 2, survivors: survivors.clone(), untested: 0 });
        // Two of three are too few, whatever the reason.
        assert!(tally.judge(&survivors.into_iter().collect()).is_err());
        assert!(Tally::of(&known, &json!({})).is_err());
        let more: Vec<_> = listed.into_iter().chain([json!({"name": "b.rs:1:1: replace u"})]).collect();
        assert_eq!(Tally::of(&known, &more.into()).expect("a tally").untested, 1);
    }

    #[test]
    fn a_survivor_needs_a_reason() {
        let mut tally = Tally { caught: 99, survivors: vec!["a.rs: replace x".to_owned()], untested: 0 };
        assert!(tally.judge(&BTreeSet::new()).is_err());
        assert!(tally.judge(&reasons("# Text\n\n- `a.rs: replace x`: nobody can tell.\n")).is_ok());
        tally.untested = 1;
        assert!(tally.judge(&reasons("- `a.rs: replace x`: nobody can tell.\n")).is_err());
    }

    #[test]
    fn nothing_tested_is_nothing_proven() {
        let nothing = Tally::default();
        assert!(nothing.judge(&BTreeSet::new()).is_err());
        let tested = [Some(0), Some(1), Some(2), Some(3), Some(4), Some(70), None].map(has_tested);
        assert_eq!(tested, [true, false, true, true, false, false, false]);
    }

    #[test]
    fn it_is_told_what_to_mutate() {
        assert!(run(&[]).is_err());
        assert!(run(&["kakaopay-typos"]).is_err());
    }
}
