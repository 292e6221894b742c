//! The project's tasks. `cargo xtask` lists them.

mod bench;
mod browser;
mod ci;
mod clients;
mod compliance;
mod layers;
mod measurement;
mod mutants;
mod nightly;
mod packages;
mod programs;
mod project;
mod release;
mod schemathesis;
mod shell;
mod sim;
mod source;
mod steps;
mod tidy;

use std::process::ExitCode;

use crate::shell::Problem;

const HELP: &str = "\
cargo xtask ci                            everything that must be good before a change lands
cargo xtask nightly [PART]                searches that take too long for ci
cargo xtask sim --seed N | --seeds N       whole shops in operation: the story of a seed, or a search
cargo xtask sim --mutant NAME|all          puts mended faults back: the first seed that finds each
cargo xtask mutants NAME [--sample N]      whether the tests notice when code is changed: a seeded sample
cargo xtask layers [--json]               which crate may depend on which, what stays pure, circles of files
cargo xtask tidy [--counts]               sizes of files, first lines, names in the documents, words in prose
cargo xtask compliance                    every statement of the guide and every fault has a test
cargo xtask clients                       official clients of other languages against a sandbox
cargo xtask browser                       the sandbox's pages in Chromium, with axe, and pictures of them
cargo xtask schemathesis                  requests made from /openapi.json, good and bad, against a sandbox
cargo xtask bench NAME [--json]           time, allocations and instructions, each with a ratio to a baseline
cargo xtask release VERSION [--execute]   checks a release and rehearses its publishing, or publishes it";

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
        ["nightly", options @ ..] => nightly::run(options),
        ["sim", options @ ..] => sim::run(options),
        ["mutants", options @ ..] => mutants::run(options),
        ["layers", options @ ..] => layers::run(options),
        ["tidy", options @ ..] => tidy::run(options),
        ["compliance"] => compliance::run(),
        ["clients"] => clients::run(),
        ["browser"] => browser::run(),
        ["schemathesis"] => schemathesis::run(),
        ["bench", options @ ..] => bench::run(options),
        ["release", options @ ..] => release::run(options),
        [] | ["help" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Problem::new(format!("`{}` is no task\n\n{HELP}", other.join(" ")))),
    }
}
