//! The project's chores. `cargo xtask` lists them.

mod bench;
mod browser;
mod build_cost;
mod ci;
mod clients;
mod compliance;
mod faults;
mod figure;
mod fuzz;
mod layers;
mod mutants;
mod packages;
mod project;
mod release;
mod schemathesis;
mod shell;
mod tidy;

use std::process::ExitCode;

use crate::shell::Problem;

const HELP: &str = "\
cargo xtask ci                           everything that must be good before a change lands
cargo xtask layers                       which crate may depend on which, and what stays pure
cargo xtask tidy                         sizes of files and functions, first lines, names in the documents, no comparison of MACs
cargo xtask compliance                   every statement of the guide has a test that exists
cargo xtask clients                      official clients of other languages against a served sandbox
cargo xtask browser                      the sandbox's pages in Chromium, with axe, and pictures of them
cargo xtask schemathesis                 calls made from /openapi.json, good and bad, against a served sandbox
cargo xtask faults [TEST…]               the tests that inject faults, thousands of times, and what they counted
cargo xtask fuzz [TARGET…] [--seconds N] bytes nobody thought of, for every target in fuzz/
cargo xtask bench NAME [--json]          time, allocations and instructions, each beside something else's
cargo xtask build-cost [CRATE…] [--json] crates and CPU seconds of a cold build of each crate alone
cargo xtask mutants PACKAGE [OPTION…]    changes the code and sees whether a test fails; takes hours
cargo xtask release [VERSION] [--execute] checks a release and prints, or does, its publishing";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Problem> {
    match arguments {
        ["ci"] => ci::run(),
        ["layers"] => layers::run(),
        ["tidy"] => tidy::run(),
        ["compliance"] => compliance::run(),
        ["clients"] => clients::run(),
        ["browser"] => browser::run(),
        ["schemathesis"] => schemathesis::run(),
        ["faults", names @ ..] => faults::run(names),
        ["fuzz", options @ ..] => fuzz::run(options),
        ["bench", options @ ..] => bench::run(options),
        ["build-cost", options @ ..] => build_cost::run(options),
        ["mutants", options @ ..] => mutants::run(options),
        ["release", options @ ..] => release::run(options),
        [] | ["help" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Problem::new(format!("`{}` is not a chore\n\n{HELP}", other.join(" ")))),
    }
}
