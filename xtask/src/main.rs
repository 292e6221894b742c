//! The project's chores. `cargo xtask` lists them.

mod build_cost;
mod ci;
mod layers;
mod project;
mod release;
mod shell;
mod tidy;

use std::process::ExitCode;

use crate::shell::Problem;

const HELP: &str = "\
cargo xtask ci                           everything that must be good before a change lands
cargo xtask layers                       which crate may depend on which, and what stays pure
cargo xtask tidy                         sizes of files and functions, first lines, names in the documents
cargo xtask build-cost [CRATE…]          crates and CPU seconds of a cold build of each crate alone
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
        ["build-cost", crates @ ..] => build_cost::run(crates),
        ["release", options @ ..] => release::run(options),
        [] | ["help" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Problem::new(format!("`{}` is not a chore\n\n{HELP}", other.join(" ")))),
    }
}
