//! The parts of a night, each with its command and the variables that set how long it searches.

/// A part. `cargo test --workspace` runs the same tests with smaller numbers.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: &'static str,
    search: Search,
}

#[derive(Debug)]
enum Search {
    /// Tests that search longer when a variable is set.
    Test {
        package: &'static str,
        binary: &'static str,
        filter: &'static str,
        variable: (&'static str, &'static str),
    },
    /// The mutants of a subject, another sample each day.
    Mutants(&'static str),
    Command(&'static [&'static str]),
}

/// Most minutes of a part; each of hundreds of mutants is compiled.
const MAX_MINUTES: u32 = 60;
const MAX_MINUTES_OF_MUTANTS: u32 = 300;
/// In a command, each fuzz target in turn.
pub(super) const TARGET: &str = "{target}";

const PURE: &str = "kakaopay-pure-tests";
const SHOP: &str = "kakaopay-tests";

/// All parts, in the order in which they run.
pub(super) const PARTS: &[Part] = &[
    test("model", PURE, "suite", "flows::model::", ("KAKAOPAY_EXHAUSTIVE", "1")),
    test("world", PURE, "suite", "flows::world::", ("KAKAOPAY_CASES", "1000000")),
    Part { name: "sim", search: Search::Command(SIMULATION) },
    // Each fault that was mended, put back: the simulation must find it.
    Part { name: "sim-mutants", search: Search::Command(&["cargo", "xtask", "sim", "--mutant", "all"]) },
    test("reordered", SHOP, "suite", "reordered::", ("KAKAOPAY_EXHAUSTIVE", "1")),
    test("duplicates", SHOP, "suite", "duplicates::", ("KAKAOPAY_DUPLICATES", "10000")),
    test("flips", SHOP, "suite", "damaged::", ("KAKAOPAY_FLIPS", "1000000")),
    test("kills", SHOP, "killed", "shops::f11_i10", ("KAKAOPAY_KILLS", "10000")),
    test("kills-postgres", SHOP, "killed", "shops::f11_f40", ("KAKAOPAY_KILLS_POSTGRES", "1000")),
    test("disturbed", SHOP, "killed", "shops::f53_f56", ("KAKAOPAY_DISTURBED_KILLS", "300")),
    test("kills-server", SHOP, "killed", "server::", ("KAKAOPAY_SERVER_KILLS", "100")),
    test("fail-over", SHOP, "killed", "fail_over::", ("KAKAOPAY_FAIL_OVER_ORDERS", "1200")),
    test("chaos", SHOP, "killed", "chaos::", ("KAKAOPAY_CHAOS_PAYMENTS", "3400")),
    test("powerloss", SHOP, "powerloss", "", ("KAKAOPAY_CRASH_IMAGES", "100000")),
    Part { name: "mutants-money", search: Search::Mutants("money") },
    Part { name: "mutants-types", search: Search::Mutants("types") },
    Part { name: "mutants-flows", search: Search::Mutants("flows") },
    Part { name: "mutants-store", search: Search::Mutants("store") },
    Part { name: "mutants-driver", search: Search::Mutants("driver") },
    // New inputs go into the first folder, so that the seeds stay as they are. With the address sanitizer, which is
    // the default of cargo-fuzz, because libraries below have unsafe code.
    Part {
        name: "fuzz",
        search: Search::Command(&[
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
        ]),
    },
];

/// A million payments.
const SIMULATION: &[&str] = &[
    "cargo",
    "run",
    "--release",
    "--package",
    "kakaopay-sim",
    "--bin",
    "sim",
    "--",
    "--orders",
    "1000000",
    "--from",
    "10000000",
];

/// Tests of the workspace, in a test binary of a package, that search longer when a variable is set.
const fn test(
    name: &'static str,
    package: &'static str,
    binary: &'static str,
    filter: &'static str,
    variable: (&'static str, &'static str),
) -> Part {
    Part { name, search: Search::Test { package, binary, filter, variable } }
}

impl Part {
    /// The commands of the part, in full.
    pub(super) fn commands(&self, targets: &[String], day: u64) -> Vec<Vec<String>> {
        let words: Vec<String> = match &self.search {
            Search::Test { package, binary, filter, .. } => {
                let words = ["cargo", "test", "--package", package, "--test", binary, filter];
                words.iter().filter(|word| !word.is_empty()).map(|word| (*word).to_owned()).collect()
            }
            Search::Mutants(subject) => {
                let words = ["cargo", "xtask", "mutants", subject, "--seed", &day.to_string()];
                words.map(str::to_owned).into()
            }
            Search::Command(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        };
        if !words.iter().any(|word| word == TARGET) {
            return vec![words];
        }
        let of = |target: &String| words.iter().map(|word| word.replace(TARGET, target)).collect();
        targets.iter().map(of).collect()
    }

    /// Most minutes that the part may take.
    pub(super) fn max_minutes(&self) -> u32 {
        match self.search {
            Search::Mutants(_) => MAX_MINUTES_OF_MUTANTS,
            _ => MAX_MINUTES,
        }
    }

    /// The variable that sets how long the tests of the part search.
    pub(super) fn variable(&self) -> Option<(&'static str, &'static str)> {
        match self.search {
            Search::Test { variable, .. } => Some(variable),
            Search::Mutants(_) | Search::Command(_) => None,
        }
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
        check("model", &["cargo test --package kakaopay-pure-tests --test suite flows::model::"]);
        check("powerloss", &["cargo test --package kakaopay-tests --test powerloss"]);
        check("mutants-types", &["cargo xtask mutants types --seed 61"]);
        let fuzz = |target: &str| {
            format!(
                "cargo +nightly fuzz run {target} corpus/{target} seeds/{target} -- -dict=json.dict -max_len=16384 \
                 -timeout=10 -max_total_time=420"
            )
        };
        check("fuzz", &[&fuzz("a"), &fuzz("b")]);
    }

    #[test]
    fn a_part_names_tests_that_exist() {
        for part in PARTS {
            let Search::Test { package, binary, filter, .. } = &part.search else { continue };
            let tests = root().join(if *package == PURE { "tests/pure/tests" } else { "tests/tests" });
            // Behind the modules stands the beginning of a test's name, or nothing.
            let (modules, _) = filter.rsplit_once("::").unwrap_or_default();
            let path = tests.join(binary).join(modules.replace("::", "/"));
            assert!(
                path.is_dir() || path.with_extension("rs").is_file(),
                "{}: {}",
                part.name,
                path.display()
            );
        }
        for (at, part) in PARTS.iter().enumerate() {
            assert!(PARTS[..at].iter().all(|other| other.name != part.name), "{}", part.name);
        }
    }
}
