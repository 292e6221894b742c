//! The parts of a night, each with its command and the variables that set how long it searches.

/// A part. `cargo test --workspace` runs the same tests with smaller numbers.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) command: &'static [&'static str],
    pub(super) variables: &'static [(&'static str, &'static str)],
}

/// Most minutes of a part.
pub(super) const MAX_MINUTES: u32 = 60;
/// In a command, another sixtieth of all mutants each day.
pub(super) const SHARD: &str = "{shard}";
pub(super) const SHARDS: u64 = 60;
/// In a command, each fuzz target in turn.
pub(super) const TARGET: &str = "{target}";

/// Every state and every order, instead of a bounded part of them.
const EXHAUSTIVE: &[(&str, &str)] = &[("KAKAOPAY_EXHAUSTIVE", "1")];

/// All parts, in the order in which they run.
pub(super) const PARTS: &[Part] = &[
    part("model", &["--test", "flows_model"], EXHAUSTIVE),
    part("permutations", &["--test", "flows", "permutations::"], EXHAUSTIVE),
    part("world", &["--test", "flows", "world::"], &[("KAKAOPAY_CASES", "1000000")]),
    part("duplicates", &["--test", "duplicates"], &[("KAKAOPAY_DUPLICATES", "10000")]),
    part("kills", &["--test", "killed", "shops::f11_i10"], &[("KAKAOPAY_KILLS", "10000")]),
    part("kills-postgres", &["--test", "killed", "shops::f11_f40"], &[("KAKAOPAY_KILLS_POSTGRES", "1000")]),
    part("kills-server", &["--test", "killed", "server::"], &[("KAKAOPAY_SERVER_KILLS", "100")]),
    part("powerloss", &["--test", "powerloss"], &[("KAKAOPAY_CRASH_IMAGES", "100000")]),
    // The settings are in `.cargo/mutants.toml`.
    Part { name: "mutants", command: &["cargo", "mutants", "--shard", SHARD], variables: &[] },
    // New inputs go into the first folder, so that the seeds stay as they are. With the address sanitizer, which is
    // the default of cargo-fuzz, because libraries below have unsafe code.
    Part {
        name: "fuzz",
        command: &[
            "cargo",
            "+nightly",
            "fuzz",
            "run",
            TARGET,
            "corpus/{target}",
            "seeds/{target}",
            "--",
            "-dict=json.dict",
            "-max_len=16384",
            "-timeout=10",
            "-max_total_time=420",
        ],
        variables: &[],
    },
];

/// Options of `cargo test` for the tests that span the crates.
const fn part(
    name: &'static str,
    command: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
) -> Part {
    Part { name, command, variables }
}

impl Part {
    /// The commands of the part, in full.
    pub(super) fn commands(&self, targets: &[String], day: u64) -> Vec<Vec<String>> {
        let test = ["cargo", "test", "--package", "kakaopay-tests"];
        let before: &[&str] = if self.command.first() == Some(&"cargo") { &[] } else { &test };
        let shard = format!("{}/{SHARDS}", day % SHARDS);
        let words = before.iter().chain(self.command).map(|word| word.replace(SHARD, &shard));
        let words: Vec<_> = words.collect();
        if !words.iter().any(|word| word == TARGET) {
            return vec![words];
        }
        let of = |target: &String| words.iter().map(|word| word.replace(TARGET, target)).collect();
        targets.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::root;

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let part = PARTS.iter().find(|part| part.name == name).expect("a part");
        let commands = part.commands(&["a".to_owned(), "b".to_owned()], 61);
        let commands: Vec<_> = commands.iter().map(|words| words.join(" ")).collect();
        assert_eq!(commands, expected);
    }

    #[test]
    fn a_part_is_one_command_or_one_for_each_target() {
        check("model", &["cargo test --package kakaopay-tests --test flows_model"]);
        check("mutants", &["cargo mutants --shard 1/60"]);
        let fuzz = |target: &str| {
            format!(
                "cargo +nightly fuzz run {target} corpus/{target} seeds/{target} -- -dict=json.dict -max_len=16384 \
                 -timeout=10 -max_total_time=420"
            )
        };
        check("fuzz", &[&fuzz("a"), &fuzz("b")]);
    }

    #[test]
    fn a_part_names_a_target_that_exists() {
        let tests = root().join("tests/tests");
        for part in PARTS.iter().filter(|part| part.command[0] == "--test") {
            let target = part.command[1];
            let file = tests.join(format!("{target}.rs"));
            assert!(file.is_file() || tests.join(target).join("main.rs").is_file(), "{target}");
        }
        for (at, part) in PARTS.iter().enumerate() {
            assert!(PARTS[..at].iter().all(|other| other.name != part.name), "{}", part.name);
        }
    }
}
