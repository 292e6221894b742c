//! The benchmarks, and the run of one of them.

use std::path::Path;

use super::{allocations, instructions, program, time};
use crate::measurement::{Measure, Measured};
use crate::shell::Problem;

/// A benchmark and its measures.
struct Bench {
    name: &'static str,
    /// The package of its programs, in the workspace of the benchmarks.
    package: &'static str,
    takes: &'static [Take],
}

/// A measure, and how it is taken with which program.
struct Take {
    measure: Measure,
    /// The program is named after the benchmark, followed by this.
    suffix: &'static str,
    take: fn(&Path) -> Result<Vec<Measured>, Problem>,
}

const PARTS: &str = "kakaopay-benches";
/// Apart, because whole shops turn on features of the code that the others measure.
const SHOPS: &str = "kakaopay-shop-benches";

/// All benchmarks, each with the baselines of its measures.
const BENCHES: &[Bench] = &[
    Bench {
        name: "types",
        package: PARTS,
        // Skipping the JSON is the least that reading it can take; it needs next to no memory, though.
        takes: &[in_time(&["ignored_any"]), in_allocations(&["value"]), in_instructions(&["ignored_any"])],
    },
    Bench {
        name: "transport",
        package: PARTS,
        // What most would take, with the same object in the end.
        takes: &[
            in_time(&["reqwest"]),
            // The stages of our own call are held against the whole of it.
            in_allocations(&["reqwest", "whole"]),
            in_instructions(&["reqwest"]),
        ],
    },
    Bench {
        name: "flows",
        package: PARTS,
        takes: &[
            // A heap is what most would take for deadlines, and reading JSON is what any journal costs.
            in_time(&["binary_heap", "value"]),
            in_bytes(&["binary_heap"]),
            in_allocations(&["value"]),
            in_instructions(&["value"]),
        ],
    },
    Bench {
        name: "store",
        package: PARTS,
        // The bases are one caller that waits for each commit, and a plain table whose rows are deleted when claimed.
        takes: &[in_rate(&["unbatched", "skip_locked_delete"]), in_cost(&["stored_10000"])],
    },
    Bench {
        name: "sandbox",
        package: PARTS,
        // What most would take to stand in for an API that is described; of those that keep what they are told,
        // one is in JavaScript.
        takes: &[in_rate(&["prism"]), in_start(&["prism"]), in_memory(&["prism", "json_server"])],
    },
    Bench {
        name: "webhook",
        package: PARTS,
        // The hash is what no check can do without. Instructions are not counted: valgrind knows none of
        // those that a processor has for the hash, and would count another program.
        takes: &[in_time(&["sha256"]), in_allocations(&["verify_value"]), in_timing(&["limit"])],
    },
    // Whole shops, beside a single process.
    Bench { name: "shop", package: SHOPS, takes: &[per_payment(&["processes_1"])] },
];

const fn in_time(bases: &'static [&'static str]) -> Take {
    Take { measure: Measure { name: "time", unit: "ns", bases }, suffix: "", take: time::take }
}

const fn in_bytes(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "memory", unit: "bytes", bases };
    Take { measure, suffix: "_bytes", take: allocations::take }
}

const fn in_allocations(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "allocations", unit: "count", bases };
    Take { measure, suffix: "_allocations", take: allocations::take }
}

const fn in_instructions(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "instructions", unit: "count", bases };
    Take { measure, suffix: "_instructions", take: instructions::take }
}

/// How much is done a second.
const fn in_rate(bases: &'static [&'static str]) -> Take {
    Take { measure: Measure { name: "rate", unit: "/s", bases }, suffix: "", take: allocations::take }
}

/// From the start of a process to its first answer.
const fn in_start(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "first_answer", unit: "ms", bases };
    Take { measure, suffix: "_start", take: allocations::take }
}

/// Resident memory of a process.
const fn in_memory(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "memory", unit: "bytes", bases };
    Take { measure, suffix: "_memory", take: allocations::take }
}

/// Cost of one call, by the number of stored payments.
const fn in_cost(bases: &'static [&'static str]) -> Take {
    Take { measure: Measure { name: "cost", unit: "us", bases }, suffix: "_cost", take: allocations::take }
}

/// What a payment costs on PostgreSQL: each group has its unit in its name.
const fn per_payment(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "per_payment", unit: "", bases };
    Take { measure, suffix: "_postgres", take: allocations::take }
}

/// Whether the time something takes tells a secret: Welch's t between two kinds of input.
const fn in_timing(bases: &'static [&'static str]) -> Take {
    let measure = Measure { name: "welch_t", unit: "t", bases };
    Take { measure, suffix: "_timing", take: allocations::take }
}

pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let (bench, json) = match options {
        [name] => (named(name)?, false),
        [name, "--json"] | ["--json", name] => (named(name)?, true),
        _ => return Err(Problem::new(format!("cargo xtask bench NAME [--json], where NAME is {}", names()))),
    };
    let targets: Vec<_> = bench.takes.iter().map(|take| format!("{}{}", bench.name, take.suffix)).collect();
    let programs = program::build(bench.package, &targets)?;
    for (take, program) in bench.takes.iter().zip(&programs) {
        for measurement in take.measure.measurements(&(take.take)(program)?)? {
            println!("{}", if json { measurement.json() } else { measurement.row() });
        }
    }
    Ok(())
}

fn named(name: &str) -> Result<&'static Bench, Problem> {
    let found = BENCHES.iter().find(|bench| bench.name == name);
    found.ok_or_else(|| Problem::new(format!("there is no benchmark `{name}`, only {}", names())))
}

fn names() -> String {
    BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert!(named("types").is_ok());
        let problem = named("typos").err().expect("a problem");
        assert_eq!(problem.to_string(), format!("there is no benchmark `typos`, only {}", names()));
        assert!(run(&["types", "--jsno"]).is_err());
    }
}
