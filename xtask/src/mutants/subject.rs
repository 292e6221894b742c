//! The code that is mutated, with the tests that must notice.

/// A part of the code.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// Its files, as globs.
    pub(super) files: &'static [&'static str],
    /// Mutants in a sample; `None` is all of them.
    pub(super) sample: Option<usize>,
    /// Hundredths of the mutants that the tests must catch.
    pub(super) caught: usize,
    /// The tests, the quickest first: each further round gets the mutants that the rounds before it did not catch.
    pub(super) rounds: &'static [Round],
}

/// Test binaries of packages.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) packages: &'static [&'static str],
    pub(super) binaries: &'static [&'static str],
}

const fn round(packages: &'static [&'static str], binaries: &'static [&'static str]) -> Round {
    Round { packages, binaries }
}

/// Mutants in a sample of a crate.
const SAMPLE: Option<usize> = Some(300);

const PURE: Round = round(&["kakaopay-pure-tests"], &["--test=suite"]);
const SHOPS: Round = round(&["kakaopay-tests"], &["--test=suite"]);

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "money",
        files: &[
            "crates/kakaopay-types/src/{currency,exponent,limits,money,refund_amount,refund_window}.rs",
            "crates/kakaopay-webhook/src/{mac,secret,signature,verifier}.rs",
        ],
        sample: None,
        caught: 100,
        rounds: &[
            round(&["kakaopay-types", "kakaopay-webhook"], &["--lib", "--test=suite"]),
            round(&["kakaopay-pure-tests", "kakaopay-flows"], &["--lib", "--test=suite"]),
        ],
    },
    Subject {
        name: "types",
        files: &["crates/kakaopay-types/src/**"],
        sample: SAMPLE,
        caught: 95,
        rounds: &[round(&["kakaopay-types"], &["--lib"]), PURE],
    },
    Subject {
        name: "flows",
        files: &["crates/kakaopay-flows/src/**"],
        sample: SAMPLE,
        caught: 95,
        rounds: &[round(&["kakaopay-flows", "kakaopay-pure-tests"], &["--lib", "--test=suite"])],
    },
    Subject {
        name: "store",
        files: &["crates/kakaopay-store/src/**", "crates/kakaopay-store-sqlite/src/**"],
        sample: SAMPLE,
        caught: 95,
        rounds: &[round(&["kakaopay-store", "kakaopay-store-sqlite"], &["--lib", "--tests"]), SHOPS],
    },
    Subject {
        name: "driver",
        files: &["crates/kakaopay/src/**"],
        sample: SAMPLE,
        caught: 95,
        rounds: &[round(&["kakaopay"], &["--lib"]), SHOPS],
    },
];
